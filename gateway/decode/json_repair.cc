#include "decode/json_repair.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace sluice::decode {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// How many digits `text` begins with.
size_t Digits(std::string_view text) {
  return static_cast<size_t>(std::find_if_not(text.begin(), text.end(), IsDigit) - text.begin());
}

// Takes digits and what stands before them off the front; false if there is no digit.
bool SkipDigits(size_t before, std::string_view* text) {
  const size_t digits = Digits(text->substr(before));
  text->remove_prefix(before + digits);
  return digits > 0;
}

// A number as JSON spells it (RFC 8259, section 6). `*whole`: without fraction and exponent.
bool IsNumber(std::string_view text, bool* whole) {
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.starts_with('0') && text.size() > 1 && IsDigit(text[1])) return false;
  if (!SkipDigits(0, &text)) return false;
  *whole = text.empty();
  if (text.starts_with('.') && !SkipDigits(1, &text)) return false;
  if (!text.empty() && Lower(text[0]) == 'e') {
    const bool has_sign = text.size() > 1 && (text[1] == '-' || text[1] == '+');
    if (!SkipDigits(has_sign ? 2 : 1, &text)) return false;
  }
  return text.empty();
}

template <typename Number>
bool Fits(std::string_view text) {
  Number number = 0;
  return std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc();
}

bool IsHeld(std::string_view number, bool whole) {
  return whole ? Fits<int64_t>(number) || Fits<uint64_t>(number) : Fits<double>(number);
}

// As the C libraries of this world print what is no number.
bool IsNotANumber(std::string_view word) {
  constexpr std::array<std::string_view, 4> kBeginnings = {"nan", "inf", "1.#", "undef"};
  if (word.starts_with('-') || word.starts_with('+')) word.remove_prefix(1);
  const auto begins = [word](std::string_view beginning) {
    return word.size() >= beginning.size() &&
           std::equal(beginning.begin(), beginning.end(), word.begin(),
                      [](char want, char c) { return want == Lower(c); });
  };
  return std::any_of(kBeginnings.begin(), kBeginnings.end(), begins);
}

// Walks over the payload token by token; what stands between quotes is one.
class Repair {
 public:
  Repair(std::string_view json, const Tolerances& tolerate, std::string* out)
      : rest_(json), tolerate_(tolerate), out_(*out) {}

  bool Run(size_t max_bytes) {
    while (!rest_.empty() && out_.size() <= max_bytes) {
      if (!Step()) return false;
    }
    return mended_ && out_.size() <= max_bytes;
  }

 private:
  bool Step() {
    constexpr std::string_view kBetween = "{}[]:, \t\r\n";
    const char c = rest_.front();
    if (kBetween.find(c) != std::string_view::npos) {
      out_.push_back(c);
      rest_.remove_prefix(1);
      return true;
    }
    if (c == '"' || (c == '\'' && tolerate_.single_quotes)) return Quoted(c);
    return Word(rest_.substr(0, rest_.find_first_of("{}[]:, \t\r\n\"'\\")));
  }

  bool Quoted(char quote) {
    mended_ |= quote == '\'';
    out_.push_back('"');
    for (size_t i = 1; i < rest_.size(); ++i) {
      const char c = rest_[i];
      if (c == quote) {
        out_.push_back('"');
        rest_.remove_prefix(i + 1);
        return true;
      }
      if (c == '\\' && i + 1 < rest_.size()) {
        ++i;
        if (rest_[i] != '\'') out_.push_back('\\');
        out_.push_back(rest_[i]);
        continue;
      }
      if (c == '"') out_.push_back('\\');
      out_.push_back(c);
    }
    return false;
  }

  bool Word(std::string_view word) {
    if (word.empty()) return false;  // a quote or a backslash that has no business here
    rest_.remove_prefix(word.size());
    bool whole = false;
    const bool is_number = IsNumber(word, &whole);
    const bool marked = is_number ? !IsHeld(word, whole) : tolerate_.nan && IsNotANumber(word);
    if (!marked) {
      out_.append(word);
      return true;
    }
    out_.append("\"").append(kUnreadableMark).append(word).append("\"");
    mended_ = true;
    return true;
  }

  std::string_view rest_;
  const Tolerances& tolerate_;
  std::string& out_;
  bool mended_ = false;
};

}  // namespace

bool RepairJson(std::string_view json, const Tolerances& tolerate, size_t max_bytes,
                std::string* out) {
  out->clear();
  return Repair(json, tolerate, out).Run(max_bytes);
}

}  // namespace sluice::decode
