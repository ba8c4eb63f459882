// What it costs to turn one message into events: each sample of devices/samples/ under the shipped
// profiles, from the payload's bytes to the finished FlatBuffers events.

#include <benchmark/benchmark.h>
#include <toml++/toml.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "config/profile_file.h"
#include "normalise/normaliser.h"

namespace sluice::normalise {
namespace {

const std::filesystem::path kDevices = std::filesystem::path(SLUICE_SOURCE_DIR) / "devices";

struct Sample {
  std::string name;
  std::string topic;
  std::string identity;
  std::string payload;
};

std::unique_ptr<Normaliser> ShippedProfiles() {
  auto profiles = config::LoadProfiles(Env::Posix(), (kDevices / "profiles").string());
  if (!profiles.ok()) std::abort();
  auto normaliser = Normaliser::Create(std::move(*profiles), Limits());
  if (!normaliser.ok()) std::abort();
  return std::move(*normaliser);
}

void BM_Normalise(benchmark::State& state, const Sample& sample) {
  const auto normaliser = ShippedProfiles();
  const Message message{.topic = sample.topic,
                        .payload = AsBytes(sample.payload),
                        .identity = sample.identity,
                        .received = FromUnixNanos(1'795'262'400'000'000'000)};
  const Target target{.gateway = "gw", .stream = "telemetry", .next_offset = 1};
  EventList events;
  Rejection rejection;
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(normaliser->Normalise(message, target, &events, &rejection));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(sample.payload.size()));
  state.counters["events"] = static_cast<double>(events.size());
}

void RegisterFamily(const std::filesystem::path& folder) {
  const toml::table index = toml::parse_file((folder / "samples.toml").string());
  for (const toml::node& node : *index["sample"].as_array()) {
    const toml::table& entry = *node.as_table();
    const auto text = [&](std::string_view key) { return entry[key].value_or(std::string()); };
    Result<std::string> payload(text("payload"));
    if (const auto file = folder / (text("name") + ".json"); std::filesystem::exists(file)) {
      payload = ReadFileToString(Env::Posix(), file.string(), 1 << 20);
    }
    if (!payload.ok()) std::abort();
    benchmark::RegisterBenchmark(
        (folder.filename().string() + "/" + text("name")).c_str(), BM_Normalise,
        Sample{text("name"), text("topic"), text("identity"), std::move(*payload)});
  }
}

}  // namespace
}  // namespace sluice::normalise

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  for (const auto& entry :
       std::filesystem::directory_iterator(sluice::normalise::kDevices / "samples")) {
    sluice::normalise::RegisterFamily(entry.path());
  }
  benchmark::RunSpecifiedBenchmarks();
}
