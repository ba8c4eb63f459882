#pragma once

#include "base/clock.h"

namespace sluice::tools {

// What a command that goes on until it is interrupted does between two looks. Tests put one in its
// place in which time passes at once.
class Pause {
 public:
  virtual ~Pause() = default;
  // Returns after `duration`, or at once when the command is to end.
  virtual void Wait(Duration duration) = 0;
  virtual bool ended() const = 0;
};

// Ends at SIGINT and SIGTERM, whose handlers it takes over for the rest of the process. One at a
// time.
class PauseUntilInterrupted final : public Pause {
 public:
  PauseUntilInterrupted();
  void Wait(Duration duration) override;
  bool ended() const override;
};

}  // namespace sluice::tools
