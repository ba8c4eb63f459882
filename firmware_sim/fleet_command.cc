#include "firmware_sim/fleet_command.h"

#include <sys/resource.h>
#include <csignal>
#include <cstdio>

#include "base/log.h"
#include "firmware_sim/fleet.h"
#include "firmware_sim/paho_link.h"
#include "firmware_sim/status_report.h"
#include "firmware_sim/tls_fragment.h"

namespace sluice::fleet {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Duration kPatience = milliseconds(100);  // how soon a signal is noticed
constexpr Duration kReportInterval = milliseconds(250);
constexpr int kReportsPerLine = 4;  // a person reads slower than a program
constexpr Duration kCloseTime = seconds(5);

volatile std::sig_atomic_t g_stop = 0;  // a signal handler has no other way to tell

void HandleSignals() {
  struct sigaction action {};
  action.sa_handler = [](int) { g_stop = 1; };
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

// A thousand connections need more descriptors than the usual soft limit.
void RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

std::unique_ptr<Link> MakeLink(const FleetOptions& options, uint32_t index,
                               LinkListener& listener) {
  PahoLinkOptions link;
  link.url = options.url;
  link.client_id = DeviceName(options, index + 1);
  link.mqtt5 = UsesMqtt5(options, index + 1);
  link.window = options.device.window;
  link.keep_alive = options.keep_alive;
  if (!options.pki.empty()) {
    link.ca_file = options.pki + "/server-ca.crt";
    link.cert_file = options.pki + "/devices/" + link.client_id + ".crt";
    link.key_file = options.pki + "/devices/" + link.client_id + ".key";
  }
  return MakePahoLink(index, link, listener);
}

// Writes the reports that are due while the fleet turns.
class Reporter {
 public:
  Reporter(const FleetOptions& options, Fleet& fleet)
      : options_(options), fleet_(fleet), next_(SystemClock().Now()) {}

  void Tick() {
    if (SystemClock().Now() < next_) return;
    next_ += kReportInterval;
    Report();
  }
  void Report() {
    const FleetStatus status = fleet_.status();
    if (options_.progress && reports_++ % kReportsPerLine == 0)
      std::fprintf(stderr, "%s\n", StatusLine(status).c_str());
    const Status flushed = fleet_.FlushLedger();
    if (ledger_status_.ok()) ledger_status_ = flushed;
    if (!options_.status_file.empty()) WriteStatusFile(StatusJson(status) + "\n");
  }
  const Status& ledger_status() const { return ledger_status_; }

 private:
  void WriteStatusFile(const std::string& text) {
    const Status written = WriteFileAtomically(Env::Posix(), options_.status_file, AsBytes(text));
    if (!written.ok()) LogWarn("status file: {}", written.ToString());
  }

  const FleetOptions& options_;
  Fleet& fleet_;
  MonotonicTime next_;
  int reports_ = 0;
  Status ledger_status_;
};

// Turns until `finished`, or for `limit` at most; a signal ends it if `interruptible`.
template <typename Condition>
void TurnUntil(Fleet& fleet, Reporter& reporter, Duration limit, bool interruptible,
               Condition finished) {
  const MonotonicTime start = SystemClock().Now();
  while (!finished() && SystemClock().Now() - start < limit && !(interruptible && g_stop)) {
    fleet.Turn(kPatience);
    reporter.Tick();
  }
}

void RunPhases(const FleetOptions& options, Fleet& fleet, Reporter& reporter) {
  const Duration duration = options.duration > Duration(0) ? options.duration : Duration::max();
  TurnUntil(fleet, reporter, duration, true, [&] { return fleet.drained(); });
  fleet.set_phase("draining");
  fleet.Drain();
  TurnUntil(fleet, reporter, options.drain, false, [&] { return fleet.drained(); });
  fleet.set_phase("closing");
  fleet.Close();
  TurnUntil(fleet, reporter, kCloseTime, false, [&] { return fleet.closed(); });
  fleet.set_phase("done");
  reporter.Report();
}

}  // namespace

int RunFleet(const FleetOptions& options) {
  HandleSignals();
  RaiseDescriptorLimit();
  auto ledger = LedgerWriter::Open(Env::Posix(), options.ledger, options.append);
  if (!ledger.ok()) {
    LogError("ledger: {}", ledger.status().ToString());
    return 1;
  }
  if (options.max_fragment != 0 && !AskForFragments(options.max_fragment)) {
    LogError("--max-fragment: {} is no length that TLS knows", options.max_fragment);
    return 2;
  }
  const auto make_link = [&](uint32_t index, LinkListener& listener) {
    return MakeLink(options, index, listener);
  };
  Fleet fleet(options, make_link, std::move(*ledger), SystemClock());
  Reporter reporter(options, fleet);
  RunPhases(options, fleet, reporter);
  std::printf("%s\n", StatusJson(fleet.status()).c_str());
  std::fflush(stdout);
  if (reporter.ledger_status().ok()) return 0;
  LogError("ledger: {}", reporter.ledger_status().ToString());
  return 1;
}

}  // namespace sluice::fleet
