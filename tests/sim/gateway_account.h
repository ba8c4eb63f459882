#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "base/env.h"
#include "base/random.h"
#include "sim/plan.h"
#include "sim/scene.h"
#include "sim/whims.h"
#include "support/memory_env.h"

namespace sluice::sim {

// The account that a gateway has with an upstream: its user name and password, as upstream knows
// them and as they stand in the gateway's files. Somebody renews the password now and then, at both
// ends, not quite at the same time, and now and then badly.
class GatewayAccount {
 public:
  GatewayAccount(Scene& scene, const Plan::Uplink& uplink);

  // The gateway's files; nothing fails in them but what is renewed badly.
  const Env& files() const { return files_; }
  // What upstream thinks of it.
  bool Knows(std::optional<std::string_view> user, std::optional<std::string_view> password) const;
  // What stands in the file; none: the file cannot be read.
  std::optional<std::string> written() const { return written_; }
  // File and upstream agree.
  void Mend();

 private:
  void Renew();
  void WriteNext();
  void Write(std::optional<std::string> password);

  Scene& scene_;
  const Plan::Uplink& uplink_;
  Random random_;
  Whims whims_;
  test::MemoryEnv files_;
  std::string password_;            // the one that upstream knows
  std::string next_;                // to be written
  std::optional<std::string> old_;  // that it lets pass, too
  std::optional<std::string> written_;
  Timer write_timer_, know_timer_;
  int renewals_ = 0;
};

}  // namespace sluice::sim
