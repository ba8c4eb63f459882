#include "firmware_sim/event_line.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <string>

namespace sluice::fleet {
namespace {

namespace json = simdjson::ondemand;

// Which members of an event have been met.
struct Seen {
  bool gateway = false, stream = false, offset = false, type = false, device = false;
};

simdjson::error_code ReadGap(json::object gap, EventLine* line) {
  std::optional<uint64_t> first, last;
  line->is_gap = true;
  line->gap_events = 1;
  for (auto field : gap) {
    std::string_view key;
    if (auto error = field.unescaped_key().get(key)) return error;
    uint64_t number = 0;
    if (key == "first") {
      if (auto error = field.value().get(number)) return error;
      first = number;
    } else if (key == "last") {
      if (auto error = field.value().get(number)) return error;
      last = number;
    } else if (key == "count") {
      if (auto error = field.value().get(line->gap_events)) return error;
    }
  }
  if (first && last && *last >= *first) line->gap_events = *last - *first + 1;
  return simdjson::SUCCESS;
}

simdjson::error_code ReadSequence(json::value value, EventLine* line) {
  if (value.is_null()) return simdjson::SUCCESS;
  uint64_t sequence = 0;
  if (auto error = value.get(sequence)) return error;
  line->sequence = sequence;
  return simdjson::SUCCESS;
}

simdjson::error_code ReadMember(std::string_view key, json::value value, EventLine* line,
                                Seen* seen) {
  if (key == "gap") {
    json::object gap;
    if (auto error = value.get(gap)) return error;
    return ReadGap(gap, line);
  }
  if (key == "gateway") return seen->gateway = true, value.get(line->gateway);
  if (key == "stream") return seen->stream = true, value.get(line->stream);
  if (key == "offset") return seen->offset = true, value.get(line->offset);
  if (key == "type") return seen->type = true, value.get(line->type);
  if (key == "device") return seen->device = true, value.get(line->device);
  if (key == "identity") return value.get(line->identity);
  if (key == "sequence") return ReadSequence(value, line);
  return simdjson::SUCCESS;
}

const char* MissingMember(const Seen& seen) {
  if (!seen.gateway) return "gateway";
  if (!seen.stream) return "stream";
  if (!seen.offset) return "offset";
  if (!seen.type) return "type";
  return seen.device ? nullptr : "device";
}

}  // namespace

struct EventLineParser::Impl {
  simdjson::error_code ReadMembers(EventLine* line, Seen* seen) {
    const simdjson::padded_string_view view(buffer.data(), length, buffer.size());
    started = false;
    if (auto error = parser.iterate(view).get(document)) return error;
    started = true;
    json::object object;
    if (auto error = document.get_object().get(object)) return error;
    for (auto field : object) {
      std::string_view key;
      if (auto error = field.unescaped_key().get(key)) return error;
      if (auto error = ReadMember(key, field.value(), line, seen)) return error;
    }
    const char* rest = nullptr;
    return document.current_location().get(rest) ? simdjson::SUCCESS : simdjson::TAPE_ERROR;
  }

  size_t Column() {
    if (!started) return 1;  // the document knows no place then
    const char* where = nullptr;
    if (document.current_location().get(where) != simdjson::SUCCESS) return length + 1;
    return static_cast<size_t>(where - buffer.data()) + 1;
  }

  json::parser parser;
  json::document document;
  std::string buffer;  // the line and the padding that simdjson wants
  size_t length = 0;
  bool started = false;
};

EventLineParser::EventLineParser() : impl_(std::make_unique<Impl>()) {}
EventLineParser::~EventLineParser() = default;

Status EventLineParser::Parse(std::string_view text, EventLine* line, size_t* column) {
  *line = {};
  *column = 1;
  if (text.empty()) return Status::InvalidArgument("an empty line; expected a JSON object");
  impl_->length = text.size();
  impl_->buffer.assign(text);
  impl_->buffer.append(simdjson::SIMDJSON_PADDING, ' ');
  impl_->document = {};
  Seen seen;
  if (const auto error = impl_->ReadMembers(line, &seen)) {
    *column = impl_->Column();
    return Status::InvalidArgument(simdjson::error_message(error));
  }
  const char* missing = line->is_gap ? nullptr : MissingMember(seen);
  if (missing == nullptr) return Status::Ok();
  *column = text.size();
  return Status::InvalidArgument(fmt::format("member \"{}\" is missing", missing));
}

}  // namespace sluice::fleet
