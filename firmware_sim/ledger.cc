#include "firmware_sim/ledger.h"

#include <fmt/format.h>

#include <charconv>
#include <iterator>

namespace sluice::fleet {
namespace {

// Takes the fields of a line one by one and remembers where the current one began.
class Fields {
 public:
  explicit Fields(std::string_view text) : text_(text) {}

  std::string_view Next() {
    begin_ = next_;
    const size_t end = std::min(text_.find(' ', begin_), text_.size());
    next_ = std::min(end + 1, text_.size());
    ended_ = end == text_.size();
    return text_.substr(begin_, end - begin_);
  }
  template <typename T>
  bool NextNumber(T* value) {
    const std::string_view field = Next();
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), *value);
    return error == std::errc() && end == field.data() + field.size();
  }
  size_t column() const { return begin_ + 1; }
  bool ended() const { return ended_; }

 private:
  std::string_view text_;
  size_t begin_ = 0;
  size_t next_ = 0;
  bool ended_ = false;
};

}  // namespace

void AppendLedgerLine(const LedgerLine& line, std::string* out) {
  fmt::format_to(std::back_inserter(*out), "{} {} {} {} {} {} {} {} {}\n",
                 line.malformed ? "malformed" : "good", line.device, line.seq, line.qos,
                 line.first_tx, line.sure_tx, line.acked_unix_micros, line.acked_mono_micros,
                 line.latency_micros);
}

Status ParseLedgerLine(std::string_view text, LedgerLine* line, size_t* column) {
  Fields fields(text);
  const auto wrong = [&](std::string_view expected) {
    *column = fields.column();
    return Status::InvalidArgument(fmt::format("expected {}", expected));
  };
  const std::string_view kind = fields.Next();
  if (kind != "good" && kind != "malformed") return wrong("\"good\" or \"malformed\"");
  line->malformed = kind == "malformed";
  line->device = fields.Next();
  if (line->device.empty()) return wrong("the name of a device");
  if (!fields.NextNumber(&line->seq)) return wrong("a sequence number");
  if (!fields.NextNumber(&line->qos) || line->qos < 1 || line->qos > 2) return wrong("QoS 1 or 2");
  if (!fields.NextNumber(&line->first_tx) || line->first_tx == 0) return wrong("first_tx, from 1");
  if (!fields.NextNumber(&line->sure_tx) || line->sure_tx < line->first_tx) {
    return wrong("sure_tx, at least first_tx");
  }
  if (!fields.NextNumber(&line->acked_unix_micros)) return wrong("a time in µs");
  if (!fields.NextNumber(&line->acked_mono_micros)) return wrong("a time in µs");
  if (!fields.NextNumber(&line->latency_micros)) return wrong("a latency in µs");
  if (!fields.ended()) return fields.Next(), wrong("the end of the line");
  return Status::Ok();
}

}  // namespace sluice::fleet
