#include "tools/dead_letter_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <vector>

#include "config/stream.h"
#include "journal/handled_store.h"
#include "tools/letter_groups.h"
#include "tools/letter_text.h"

namespace sluice::tools {
namespace {

int Complain(const Status& status) {
  fmt::print(stderr, "sluice: {}\n", status.message());
  return 1;
}

// On standard error, so that what programs read is letters only.
void SayGone(const journal::Record& gap) {
  fmt::print(stderr, "sluice: letters {} to {} are gone: {}\n", gap.offset, gap.end_offset - 1,
             journal::GapReasonName(gap.reason));
}
void SayNothing(const journal::Record&) {}

// What was read is printed all the same.
int Outcome(const DeadLetters& letters, const Status& visited) {
  int code = 0;
  for (const Status* status : {&letters.marks_status(), &visited}) {
    if (!status->ok()) code = Complain(*status);
  }
  return code;
}

// Prints lines up to a limit, and says how many more there were.
class LimitedLines {
 public:
  explicit LimitedLines(uint64_t limit) : limit_(limit) {}
  ~LimitedLines() {
    if (left_out_ > 0) fmt::print(stderr, "sluice: {} more, see --limit\n", left_out_);
  }
  LimitedLines(const LimitedLines&) = delete;
  LimitedLines& operator=(const LimitedLines&) = delete;

  template <typename Append>
  void Print(Append append) {
    if (limit_ > 0 && printed_ == limit_) {
      ++left_out_;
      return;
    }
    ++printed_;
    line_.clear();
    append(&line_);
    fmt::print("{}", line_);
  }

 private:
  const uint64_t limit_;
  uint64_t printed_ = 0;
  uint64_t left_out_ = 0;
  std::string line_;
};

bool Has(std::span<const uint64_t> offsets, uint64_t offset) {
  return std::find(offsets.begin(), offsets.end(), offset) != offsets.end();
}

// The offsets that are none of a letter. One complaint a line.
int ComplainOfMissing(std::span<const uint64_t> offsets, const std::vector<uint64_t>& found) {
  int code = 0;
  for (const uint64_t offset : offsets) {
    if (Has(found, offset)) continue;
    code = Complain(Status::NotFound(fmt::format("there is no dead letter {}", offset)));
  }
  return code;
}

int PrintGroups(const DeadLetters& letters, const DeadLetterLsOptions& options) {
  LetterGroups groups;
  const Status visited = letters.Visit(
      options.filter, [&](const Letter& letter) { groups.Add(letter); }, SayGone);
  LimitedLines lines(options.limit);
  for (const LetterGroups::Group& group : groups.Sorted()) {
    lines.Print([&](std::string* out) {
      options.json ? AppendGroupJson(group, out) : AppendGroupLine(group, out);
    });
  }
  return Outcome(letters, visited);
}

}  // namespace

int DeadLetterLs(const Env& env, const std::string& directory, const DeadLetterLsOptions& options) {
  const DeadLetters letters(env, directory);
  if (options.grouped) return PrintGroups(letters, options);
  LimitedLines lines(options.limit);
  const auto print = [&](const Letter& letter) {
    lines.Print([&](std::string* out) {
      options.json ? AppendLetterJson(letter, out) : AppendLetterLine(letter, out);
    });
  };
  return Outcome(letters, letters.Visit(options.filter, print, SayGone));
}

int DeadLetterShow(const Env& env, const std::string& directory, std::span<const uint64_t> offsets,
                   size_t max_bytes, bool json) {
  const DeadLetters letters(env, directory);
  schema::EventView original;
  std::vector<uint64_t> found;
  const auto show = [&](const Letter& letter) {
    if (!Has(offsets, letter.offset)) return;
    found.push_back(letter.offset);
    std::string text;
    json ? AppendWholeLetterJson(letter, &original, &text)
         : AppendLetter(letter, max_bytes, &original, &text);
    fmt::print("{}", text);
  };
  const int outcome = Outcome(letters, letters.Visit({}, show, SayNothing));
  return outcome != 0 ? outcome : ComplainOfMissing(offsets, found);
}

int DeadLetterPurge(Env& env, const std::string& directory, std::span<const uint64_t> offsets,
                    const LetterFilter& filter) {
  const DeadLetters letters(env, directory);
  if (!letters.marks_status().ok()) return Complain(letters.marks_status());
  std::vector<uint64_t> found;
  const auto take = [&](const Letter& letter) {
    if (offsets.empty() || Has(offsets, letter.offset)) found.push_back(letter.offset);
  };
  const Status visited = letters.Visit(filter, take, SayNothing);
  if (!visited.ok()) return Complain(visited);
  if (ComplainOfMissing(offsets, found) != 0) return 1;
  const auto marked = journal::MarkHandled(env, directory, config::kDeadLetterStream, found);
  if (!marked.ok()) return Complain(marked.status());
  fmt::print("{} {} marked as handled", *marked, *marked == 1 ? "letter" : "letters");
  if (*marked < found.size()) fmt::print(", {} were already", found.size() - *marked);
  fmt::print("\n");
  return 0;
}

}  // namespace sluice::tools
