#include "firmware_sim/event_line.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <charconv>
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
    } else if (key == "gateway") {
      if (auto error = field.value().get(line->gateway)) return error;
    } else if (key == "stream") {
      if (auto error = field.value().get(line->stream)) return error;
    } else if (key == "reason") {
      if (auto error = field.value().get(line->reason)) return error;
    }
  }
  if (!first || !last || *last < *first) return simdjson::SUCCESS;
  line->gap_first = *first;
  line->gap_last = *last;
  line->gap_events = *last - *first + 1;
  return simdjson::SUCCESS;
}

// The device's own counter. CloudEvents has a text of that name, which is the offset.
simdjson::error_code ReadSequence(json::value value, EventLine* line) {
  json::json_type type;
  if (auto error = value.type().get(type)) return error;
  if (type != json::json_type::number) return simdjson::SUCCESS;
  uint64_t sequence = 0;
  if (auto error = value.get(sequence)) return error;
  line->sequence = sequence;
  return simdjson::SUCCESS;
}

// "<gateway>/<stream>/<offset>"
simdjson::error_code ReadId(json::value value, EventLine* line, Seen* seen) {
  std::string_view id;
  if (auto error = value.get(id)) return error;
  const size_t offset_at = id.rfind('/');
  const size_t stream_at = offset_at == 0 ? id.npos : id.rfind('/', offset_at - 1);
  if (offset_at == id.npos || stream_at == id.npos) return simdjson::SUCCESS;
  const std::string_view number = id.substr(offset_at + 1);
  const auto [end, error] =
      std::from_chars(number.data(), number.data() + number.size(), line->offset);
  if (error != std::errc() || end != number.data() + number.size()) return simdjson::SUCCESS;
  line->gateway = id.substr(0, stream_at);
  line->stream = id.substr(stream_at + 1, offset_at - stream_at - 1);
  seen->gateway = seen->stream = seen->offset = true;
  return simdjson::SUCCESS;
}

simdjson::error_code ReadData(json::object data, EventLine* line) {
  for (auto field : data) {
    std::string_view key;
    if (auto error = field.unescaped_key().get(key)) return error;
    if (key == "identity") {
      if (auto error = field.value().get(line->identity)) return error;
    } else if (key == "sequence") {
      if (auto error = ReadSequence(field.value(), line)) return error;
    }
  }
  return simdjson::SUCCESS;
}

simdjson::error_code ReadMember(std::string_view key, json::value value, EventLine* line,
                                Seen* seen) {
  if (key == "gap") {
    json::object gap;
    if (auto error = value.get(gap)) return error;
    return ReadGap(gap, line);
  }
  if (key == "id") return ReadId(value, line, seen);
  if (key == "data") {
    json::object data;
    if (auto error = value.get(data)) return error;
    return ReadData(data, line);
  }
  if (key == "subject") return seen->device = true, value.get(line->device);
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
