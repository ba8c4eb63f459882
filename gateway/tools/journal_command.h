#pragma once

#include <cstdint>
#include <string>

namespace CLI {
class App;
}

namespace sluice::tools {

// `sluice journal …`: each prints to standard output, works beside a running gateway and returns
// the exit code.

// Streams with their segments and the books of their routes.
int JournalLs(const std::string& directory, bool segments);

// Records of a stream from `from` on, at most `count` of them (0: all), as CloudEvents JSON or as
// one line of text each; of an event that cannot be read the reason is told, with `json` on
// standard error.
int JournalCat(const std::string& directory, const std::string& stream, uint64_t from,
               uint64_t count, bool json);

// Reads every byte. 0 when nothing acknowledged is damaged, 1 otherwise.
int JournalVerify(const std::string& directory, const std::string& stream);

// The command, with a subcommand for each.
void AddJournal(CLI::App& app, int* exit_code);

}  // namespace sluice::tools
