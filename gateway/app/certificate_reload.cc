#include "app/certificate_reload.h"

#include <fmt/format.h>

#include <utility>

#include "base/label.h"
#include "base/log.h"

namespace sluice::app {

struct CertificateReload::Part {
  std::string name;
  std::vector<std::string> files;
  Load load;
  Adopt adopt;
  std::vector<FileStamp> tried;  // of what was loaded last, for good or not
  std::vector<FileStamp> seen;   // when they were looked at last
  std::unique_ptr<Health::Condition> condition;
  Counter& taken;
  Counter& failed;
};

// On its way to a worker and back, with copies of all that the worker needs.
struct CertificateReload::Look {
  std::vector<std::string> files;
  Load load;
  std::vector<FileStamp> tried, seen;
  bool at_once = false;

  void Run() {
    now = StampsOf(files);
    if (now == tried || (now != seen && !at_once)) return;
    loaded = load();
    // Written to meanwhile: nobody knows what was read.
    if (StampsOf(files) != now) loaded.reset();
  }

  std::vector<FileStamp> now = {};
  std::optional<Result<std::shared_ptr<tls::Context>>> loaded = {};
};

CertificateReload::CertificateReload(transport::Loop& loop, Health& health, Metrics& metrics,
                                     Intervals intervals)
    : loop_(loop),
      health_(health),
      metrics_(metrics),
      intervals_(intervals),
      timer_(loop.NewTimer([this] { Begin(/*at_once=*/false); })) {}

CertificateReload::~CertificateReload() = default;

void CertificateReload::Add(const std::string& part, std::vector<std::string> files, Load load,
                            Adopt adopt) {
  const auto counter = [&](std::string_view result) -> Counter& {
    return metrics_.AddCounter("sluice_certificate_reloads_total",
                               "Times that changed certificates, keys, authorities or revocation "
                               "lists of a part were taken over (ok) or could not be (failed).",
                               Label("part", part) + "," + Label("result", result));
  };
  std::vector<FileStamp> stamps = StampsOf(files);
  parts_.push_back(std::make_unique<Part>(Part{.name = part,
                                               .files = std::move(files),
                                               .load = std::move(load),
                                               .adopt = std::move(adopt),
                                               .tried = stamps,
                                               .seen = stamps,
                                               .condition = health_.Add(part, "certificate_files"),
                                               .taken = counter("ok"),
                                               .failed = counter("failed")}));
  timer_.Start(intervals_.look);
}

void CertificateReload::LookNow() {
  if (looking_) {
    asked_ = true;
  } else {
    Begin(/*at_once=*/true);
  }
}

void CertificateReload::Begin(bool at_once) {
  if (parts_.empty()) return;
  timer_.Stop();
  looking_ = true;
  at_once_ = at_once;
  is_anything_new_ = false;
  BeginWith(0);
}

// One part after the other.
void CertificateReload::BeginWith(size_t index) {
  if (index == parts_.size()) {
    looking_ = false;
    if (std::exchange(asked_, false)) return Begin(/*at_once=*/true);
    return timer_.Start(is_anything_new_ ? intervals_.still : intervals_.look);
  }
  const Part& part = *parts_[index];
  auto look = std::make_shared<Look>(Look{.files = part.files,
                                          .load = part.load,
                                          .tried = part.tried,
                                          .seen = part.seen,
                                          .at_once = at_once_});
  loop_.QueueWork({.run = [look] { look->Run(); },
                   .done =
                       [this, watch = lifetime_.watch(), look, index] {
                         if (watch.over()) return;
                         OnLooked(*parts_[index], *look);
                         BeginWith(index + 1);
                       }});
}

void CertificateReload::OnLooked(Part& part, const Look& look) {
  part.seen = look.now;
  if (look.loaded) {
    part.tried = look.now;
    OnLoaded(part, *look.loaded);
  } else if (look.now != part.tried) {
    is_anything_new_ = true;
  }
}

void CertificateReload::OnLoaded(Part& part, const Result<std::shared_ptr<tls::Context>>& loaded) {
  if (loaded.ok()) {
    part.taken.Add();
    part.condition->Clear();
    LogInfo("{}: its certificate files have changed and are in use", part.name);
    return part.adopt(*loaded);
  }
  part.failed.Add();
  // Health says it once, and not that the next attempt has failed as well.
  if (part.condition->raised()) {
    LogWarn("{}: its new certificate files cannot be used either: {}", part.name,
            loaded.status().message());
  }
  part.condition->Raise(
      HealthState::kDegraded,
      fmt::format("its certificate files have changed and cannot be used, so that the old ones "
                  "stay in use: {}",
                  loaded.status().message()));
}

}  // namespace sluice::app
