#include "tools/pause.h"

#include <poll.h>
#include <signal.h>

#include <algorithm>
#include <chrono>

namespace sluice::tools {
namespace {

volatile sig_atomic_t g_interrupted = 0;

// A signal between the question and the wait is noticed this much later at most.
constexpr auto kLongestNap = std::chrono::milliseconds(250);

}  // namespace

PauseUntilInterrupted::PauseUntilInterrupted() {
  g_interrupted = 0;
  struct sigaction action {};
  action.sa_handler = [](int) { g_interrupted = 1; };
  ::sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, nullptr);  // without SA_RESTART, so that it ends a wait
  ::sigaction(SIGTERM, &action, nullptr);
}

void PauseUntilInterrupted::Wait(Duration duration) {
  const MonotonicTime end = SystemClock().Now() + duration;
  for (MonotonicTime now = SystemClock().Now(); now < end && !ended(); now = SystemClock().Now()) {
    const auto nap = std::min(std::chrono::ceil<std::chrono::milliseconds>(end - now), kLongestNap);
    ::poll(nullptr, 0, static_cast<int>(nap.count()));
  }
}

bool PauseUntilInterrupted::ended() const { return g_interrupted != 0; }

}  // namespace sluice::tools
