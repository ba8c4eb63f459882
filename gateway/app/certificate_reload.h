#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/file_stamps.h"
#include "base/clock.h"
#include "base/health.h"
#include "base/lifetime.h"
#include "base/metrics.h"
#include "base/scheduler.h"
#include "base/status.h"
#include "tls/context.h"
#include "transport/loop.h"

namespace sluice::app {

// Takes certificates, keys, authorities and revocation lists over when their files change. Looks at
// the files every ten seconds, and loads them on a worker when they have been still for one: they
// are several, and whoever replaces them needs a moment. What cannot be loaded changes nothing: the
// old ones stay in use, health says why (`certificate_files`) until what is in the files is good,
// and sluice_certificate_reloads_total{part,result} counts. Loop thread.
class CertificateReload {
 public:
  using Load = std::function<Result<std::shared_ptr<tls::Context>>()>;       // on a worker
  using Adopt = std::function<void(std::shared_ptr<tls::Context> context)>;  // on the loop
  struct Intervals {
    Duration look = std::chrono::seconds(10);
    Duration still = std::chrono::seconds(1);
  };

  // Everything outlives it.
  CertificateReload(transport::Loop& loop, Health& health, Metrics& metrics, Intervals intervals);
  CertificateReload(transport::Loop& loop, Health& health, Metrics& metrics)
      : CertificateReload(loop, health, metrics, Intervals()) {}
  ~CertificateReload();
  CertificateReload(const CertificateReload&) = delete;
  CertificateReload& operator=(const CertificateReload&) = delete;

  // Before the files are loaded for the first time, so that no change is missed. `load` and what it
  // refers to are used on a worker for as long as the loop lives.
  void Add(const std::string& part, std::vector<std::string> files, Load load, Adopt adopt);
  // Loads at once what has changed, still or not.
  void LookNow();

 private:
  struct Part;
  struct Look;
  void Begin(bool at_once);
  void BeginWith(size_t index);
  void OnLooked(Part& part, const Look& look);
  void OnLoaded(Part& part, const Result<std::shared_ptr<tls::Context>>& loaded);

  transport::Loop& loop_;
  Health& health_;
  Metrics& metrics_;
  const Intervals intervals_;
  std::vector<std::unique_ptr<Part>> parts_;
  bool looking_ = false;
  bool at_once_ = false;          // this round
  bool asked_ = false;            // for another round, at once
  bool is_anything_new_ = false;  // a file was not still
  Timer timer_;
  Lifetime lifetime_;
};

}  // namespace sluice::app
