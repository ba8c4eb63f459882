#include "app/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <string>

#include "app/descriptors.h"
#include "base/env.h"
#include "base/label.h"

namespace sluice::app {
namespace {

constexpr size_t kMaxStatFile = 4096;
constexpr size_t kMaxKernelStatFile = size_t{1} << 20;  // a line of counts for every interrupt
constexpr std::string_view kBootTime = "\nbtime ";

double Number(uint64_t n) { return static_cast<double>(n); }

// Fields of proc(5) by their numbers; the name, field 2, is behind us.
constexpr size_t kFirstField = 3;
constexpr size_t kUserTicks = 14, kSystemTicks = 15, kStartTicks = 22, kVirtual = 23,
                 kResident = 24;

bool ReadNumber(std::string_view text, uint64_t* n) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *n);
  return error == std::errc() && end != text.data();
}

ProcessStat Stat() {
  const auto text = ReadFileToString(Env::Posix(), "/proc/self/stat", kMaxStatFile);
  return text.ok() ? ParseProcessStat(*text).value_or(ProcessStat()) : ProcessStat();
}

double TicksPerSecond() { return static_cast<double>(::sysconf(_SC_CLK_TCK)); }

uint64_t BootTime() {
  const auto text = ReadFileToString(Env::Posix(), "/proc/stat", kMaxKernelStatFile);
  if (!text.ok()) return 0;
  const size_t key = text->find(kBootTime);
  uint64_t seconds = 0;
  if (key != text->npos)
    ReadNumber(std::string_view(*text).substr(key + kBootTime.size()), &seconds);
  return seconds;
}

double MaxFiles() {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? Number(limit.rlim_cur) : 0;
}

}  // namespace

std::optional<ProcessStat> ParseProcessStat(std::string_view proc_stat) {
  size_t at = proc_stat.rfind(')');
  if (at == proc_stat.npos) return std::nullopt;
  std::array<uint64_t, kResident + 1> fields{};
  for (size_t field = kFirstField; field <= kResident; ++field) {
    at = proc_stat.find(' ', at);
    if (at == proc_stat.npos) return std::nullopt;
    ++at;
    const bool is_wanted = field == kUserTicks || field == kSystemTicks || field >= kStartTicks;
    if (is_wanted && !ReadNumber(proc_stat.substr(at), &fields[field])) return std::nullopt;
  }
  return ProcessStat{.cpu_ticks = fields[kUserTicks] + fields[kSystemTicks],
                     .start_ticks = fields[kStartTicks],
                     .virtual_bytes = fields[kVirtual],
                     .resident_pages = fields[kResident]};
}

uint64_t ResidentBytes() {
  return Stat().resident_pages * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
}

void RegisterProcessMetrics(Metrics& metrics) {
  metrics
      .AddGauge("sluice_build_info", "Always 1; the label says which version runs.",
                Label("version", SLUICE_VERSION))
      .Set(1);
  metrics.AddCallback("process_cpu_seconds_total", "Time that the process has used the CPU.", "",
                      [] { return Number(Stat().cpu_ticks) / TicksPerSecond(); });
  metrics.AddCallback("process_virtual_memory_bytes", "Virtual memory of the process.", "",
                      [] { return Number(Stat().virtual_bytes); });
  metrics.AddCallback("process_resident_memory_bytes", "Memory of the process that is in RAM.", "",
                      [] { return Number(ResidentBytes()); });
  metrics.AddCallback("process_open_fds", "Files and sockets that are open.", "",
                      [] { return Number(DescriptorsInUse()); });
  metrics.AddCallback("process_max_fds", "Files and sockets that may be open.", "", MaxFiles);
  // The boot time moves when the clock is set.
  metrics.AddCallback(
      "process_start_time_seconds", "When the process started, in seconds since 1970.", "",
      [] { return Number(BootTime()) + Number(Stat().start_ticks) / TicksPerSecond(); });
}

}  // namespace sluice::app
