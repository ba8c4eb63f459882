#include "decode/sparkplug_topic.h"

#include <algorithm>
#include <iterator>

namespace sluice::decode {
namespace {

using Message = SparkplugTopic::Message;

constexpr std::string_view kNamespace = "spBv1.0/";

struct Word {
  std::string_view word;
  Message message;
  bool of_device;
};

constexpr Word kWords[] = {
    {"NBIRTH", Message::kNBirth, false}, {"DBIRTH", Message::kDBirth, true},
    {"NDATA", Message::kNData, false},   {"DDATA", Message::kDData, true},
    {"NDEATH", Message::kNDeath, false}, {"DDEATH", Message::kDDeath, true},
};

// Where the namespace begins as a level, or npos.
size_t FindNamespace(std::string_view topic) {
  size_t at = topic.find(kNamespace);
  while (at != std::string_view::npos && at > 0 && topic[at - 1] != '/') {
    at = topic.find(kNamespace, at + 1);
  }
  return at;
}

// Cuts the first level off.
std::string_view TakeLevel(std::string_view* topic) {
  const size_t end = std::min(topic->find('/'), topic->size());
  const std::string_view level = topic->substr(0, end);
  topic->remove_prefix(std::min(end + 1, topic->size()));
  return level;
}

}  // namespace

std::optional<SparkplugTopic> ParseSparkplugTopic(std::string_view topic) {
  const size_t begin = FindNamespace(topic);
  if (begin == std::string_view::npos) return std::nullopt;
  SparkplugTopic parsed{.prefix = topic.substr(0, begin)};
  topic.remove_prefix(begin + kNamespace.size());
  parsed.group = TakeLevel(&topic);
  parsed.word = TakeLevel(&topic);
  parsed.member = topic;
  parsed.node = TakeLevel(&topic);
  parsed.device = topic;
  const auto* const row = std::find_if(std::begin(kWords), std::end(kWords),
                                       [&](const Word& w) { return w.word == parsed.word; });
  if (row == std::end(kWords) || parsed.group.empty() || parsed.node.empty()) return std::nullopt;
  const bool has_one_more = !topic.empty() && topic.find('/') == std::string_view::npos;
  if (row->of_device ? !has_one_more : parsed.member.size() != parsed.node.size()) {
    return std::nullopt;
  }
  parsed.message = row->message;
  return parsed;
}

}  // namespace sluice::decode
