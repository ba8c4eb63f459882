#pragma once

#include <toml++/toml.h>

#include <string>
#include <string_view>
#include <vector>

namespace sluice::config {

// "file:line:column: what", on one line that no terminal obeys, whatever the file says.
std::string Located(std::string_view file, const toml::source_region& where, std::string_view what);

// What there is to say about one file and about what it names, in the order in which it was found.
//
// A path names a key from the root, "listener[0].tls.cert"; what is said of it begins with the key
// as people know it, "listener.tls.cert". A key that is left out stands where its table stands.
class Diagnostics {
 public:
  // `root` outlives the diagnostics.
  Diagnostics(std::string file, const toml::table& root) : file_(std::move(file)), root_(root) {}

  const std::string& file() const { return file_; }

  // The text is wrong, and only an editor mends it. `what` goes on from the key: "must be …".
  void Error(std::string_view path, std::string_view what);
  void ErrorAt(const toml::source_region& where, std::string_view what);
  // Of the file as a whole, such as a section that is missing.
  void ErrorInFile(std::string_view what);
  // The text is right, but this machine does not have what it names, as it is now. That may mend
  // without anybody changing the text, such as a card that is not mounted yet.
  void Fault(std::string_view path, std::string_view what);
  // Allowed, but dangerous, or not as it is written; for the log.
  void Warning(std::string what) { warnings_.push_back(std::move(what)); }
  // Works, and may surprise all the same; `sluice check` says it.
  void Note(std::string what) { notes_.push_back(std::move(what)); }

  // Whether the key is written in the file, and not a default.
  bool IsWritten(std::string_view path) const { return static_cast<bool>(root_.at_path(path)); }

  const std::vector<std::string>& errors() const { return errors_; }
  const std::vector<std::string>& faults() const { return faults_; }
  const std::vector<std::string>& warnings() const { return warnings_; }
  const std::vector<std::string>& notes() const { return notes_; }
  bool has_errors() const { return !errors_.empty(); }
  std::string ErrorText() const;  // one a line

 private:
  toml::source_region PlaceOf(std::string_view path) const;

  std::string file_;
  const toml::table& root_;
  std::vector<std::string> errors_, faults_, warnings_, notes_;
};

}  // namespace sluice::config
