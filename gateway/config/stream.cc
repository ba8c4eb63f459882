#include "config/stream.h"

#include <fmt/format.h>

#include <algorithm>

#include "broker/access_control.h"
#include "codec/topic.h"
#include "codec/topic_match.h"
#include "config/config.h"
#include "config/memory_plan.h"
#include "config/names.h"

namespace sluice::config {
namespace {

using std::chrono::milliseconds;

constexpr Word<journal::Durability> kDurabilities[] = {{"commit", journal::Durability::kCommit},
                                                       {"interval", journal::Durability::kInterval},
                                                       {"memory", journal::Durability::kMemory}};
constexpr Word<journal::OnFull> kOnFull[] = {{"reject", journal::OnFull::kReject},
                                             {"drop_oldest", journal::OnFull::kDropOldest},
                                             {"drop_newest", journal::OnFull::kDropNewest}};

constexpr uint64_t kMinSegmentBytes = 16 << 10;
constexpr uint64_t kMaxDefaultSegmentBytes = 16 << 20;
// The journal takes events of up to an eighth of a segment, and a dead letter has to be one.
constexpr uint64_t kMinDeadLetterSegmentBytes = 8 * ingest::Ingest::kMinDeadLetterBytes;

Result<std::string> ParseTopic(const std::string& text) {
  if (codec::IsTopicFilter(text) && !codec::IsShared(text)) return text;
  return Status::InvalidArgument(fmt::format("'{}' is not an MQTT topic filter", text));
}

uint64_t MinSegmentBytes(const StreamConfig& stream) {
  return stream.name == kDeadLetterStream ? kMinDeadLetterSegmentBytes : kMinSegmentBytes;
}

// Sets max_bytes, and the other sizes to their defaults.
void SetMaxBytes(uint64_t max_bytes, StreamConfig* stream) {
  stream->max_bytes = max_bytes;
  stream->segment_bytes =
      std::clamp(max_bytes / 16, MinSegmentBytes(*stream), kMaxDefaultSegmentBytes);
  stream->max_quarantine = max_bytes / 4;
}

void ReadSizes(TableReader& t, StreamConfig* stream) {
  uint64_t max_bytes = stream->max_bytes;
  t.Bytes("max_bytes", 4 * MinSegmentBytes(*stream), &max_bytes);
  SetMaxBytes(max_bytes, stream);
  t.Bytes("segment_bytes", MinSegmentBytes(*stream), &stream->segment_bytes);
  t.Bytes("max_quarantine", 0, &stream->max_quarantine);
  if (stream->max_bytes < 4 * stream->segment_bytes) {
    t.Error("max_bytes",
            "must be at least four times segment_bytes; space is freed by whole segments");
  }
}

// Whether some client may publish what feeds the stream.
bool MayBeFed(const StreamConfig& stream, const std::vector<broker::AccessRule>& rules) {
  const auto fed_by = [&](const broker::TopicPattern& topic) {
    return std::any_of(stream.topics.begin(), stream.topics.end(), [&](const std::string& filter) {
      return codec::Overlap(filter, topic.ForAnyIdentity());
    });
  };
  return std::any_of(rules.begin(), rules.end(), [&](const broker::AccessRule& rule) {
    return rule.publish && rule.effect == broker::AccessRule::Effect::kAllow &&
           std::any_of(rule.topics.begin(), rule.topics.end(), fed_by);
  });
}

// A gateway with streams in which nothing can ever become an event is a mistake that nobody would
// notice before the readings are missed. Without streams it is a broker.
void CheckSomethingBecomesAnEvent(const Config& config, Diagnostics* diagnostics) {
  if (config.streams.empty()) return;
  if (config.gateway.profiles.empty()) {
    return diagnostics->Error(
        "gateway.profiles",
        "is missing; without profiles no message becomes an event and every one is a dead letter; "
        "name their directory, or remove [[stream]]");
  }
  const auto rules = ToAccessRules(config.access);
  for (const StreamConfig& stream : config.streams) {
    if (MayBeFed(stream, rules)) return;
  }
  diagnostics->Error("stream[0].topics",
                     "are out of reach: nobody may publish to a topic of any stream, so nothing "
                     "becomes an event; add [[access]] with publish = [\"...\"], or correct the "
                     "topics");
}

}  // namespace

void Read(TableReader& t, StreamConfig* stream) {
  t.Require("name");
  t.Name("name", &stream->name);
  if (stream->name == kDeadLetterStream) {
    stream->topics.clear();
    if (t.Has("topics")) t.Error("topics", "of 'dead-letters' must be left out; no topic feeds it");
  }
  t.ParsedList("topics", &stream->topics, ParseTopic);
  t.OneOf("durability", kDurabilities, &stream->durability);
  t.Time("interval", milliseconds(1), &stream->interval);
  ReadSizes(t, stream);
  t.OneOf("on_full", kOnFull, &stream->on_full);
  t.Time("keep", Duration(0), &stream->keep);
  t.Flag("compress", &stream->compress);
}

void AddDeadLetterStream(std::vector<StreamConfig>* streams) {
  const auto is_dead_letters = [](const StreamConfig& s) { return s.name == kDeadLetterStream; };
  if (streams->empty() || std::any_of(streams->begin(), streams->end(), is_dead_letters)) return;
  StreamConfig& dead_letters = streams->emplace_back();
  dead_letters.name = kDeadLetterStream;
  dead_letters.topics.clear();
  SetMaxBytes(16 << 20, &dead_letters);
  dead_letters.on_full = journal::OnFull::kDropOldest;
}

void CheckStreams(const Config& config, Diagnostics* diagnostics) {
  CheckNamesDiffer("stream", config.streams, diagnostics);
  for (const StreamConfig& stream : config.streams) {
    if (stream.durability == journal::Durability::kCommit) continue;
    diagnostics->Warning(
        fmt::format("stream {} acknowledges before events are on disk (durability = \"{}\")",
                    stream.name, WordFor(kDurabilities, stream.durability)));
  }
  if (!diagnostics->has_errors()) CheckSomethingBecomesAnEvent(config, diagnostics);
}

std::vector<journal::StreamOptions> ToStreamOptions(const Config& config, const MemoryPlan& plan) {
  std::vector<journal::StreamOptions> all;
  for (const StreamConfig& stream : config.streams) {
    journal::StreamOptions& options = all.emplace_back();
    options.name = stream.name;
    for (const RouteConfig& route : config.routes) {
      if (route.from == stream.name) options.routes.push_back(route.name);
    }
    options.durability = stream.durability;
    options.sync_interval = std::chrono::duration_cast<milliseconds>(stream.interval);
    options.on_full = stream.on_full;
    options.keep = std::chrono::duration_cast<milliseconds>(stream.keep);
    options.compress = stream.compress;
    options.max_bytes = stream.max_bytes;
    options.segment_bytes = stream.segment_bytes;
    options.max_quarantine_bytes = stream.max_quarantine;
    options.max_dirty_bytes = plan.dirty_bytes_per_stream;
  }
  return all;
}

ingest::IngestOptions ToIngestOptions(const Config& config, const MemoryPlan& plan) {
  ingest::IngestOptions options;
  options.gateway = config.gateway.id;
  options.max_pending_acks = plan.pending_acks;
  for (const StreamConfig& stream : config.streams) {
    if (stream.name == kDeadLetterStream) {
      options.dead_letter_stream = stream.name;
    } else {
      options.streams.push_back({stream.name, stream.topics});
    }
  }
  return options;
}

std::vector<std::string> EventStreams(const Config& config) {
  std::vector<std::string> names;
  for (const StreamConfig& stream : config.streams) {
    if (stream.name != kDeadLetterStream) names.push_back(stream.name);
  }
  return names;
}

}  // namespace sluice::config
