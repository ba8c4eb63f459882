#include "tools/identity_file.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <utility>

#include "base/hex.h"
#include "identity/accounts.h"
#include "tools/json_members.h"

namespace sluice::tools {
namespace {

using simdjson::dom::element;

Status Checked(const IdentityLine& line) {
  return identity::CheckAccount(
      {.name = line.name, .enabled = true, .password_hash = line.password_hash, .psk = line.psk});
}

Result<IdentityLine> ParseJson(std::string_view text) {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  const simdjson::padded_string padded(text);
  if (parser.parse(padded).get(object) != simdjson::SUCCESS) {
    return Status::InvalidArgument("it is no JSON object");
  }
  IdentityLine line;
  for (const auto& [key, value] : object) {
    std::string_view word;
    bool flag = false;
    const bool is_text = value.get(word) == simdjson::SUCCESS;
    if (key == "name" && is_text) {
      line.name = word;
    } else if (key == "password_hash" && is_text) {
      line.password_hash = word;
    } else if (key == "psk" && is_text) {
      const auto bytes = HexDecoded(word);
      if (!bytes) return Status::InvalidArgument("its psk is not hexadecimal");
      line.psk = *bytes;
    } else if (key == "enabled" && value.get(flag) == simdjson::SUCCESS) {
      line.enabled = flag;
    } else {
      return Status::InvalidArgument(fmt::format(
          "it has a member {} that this program does not know, or of another type", key));
    }
  }
  return line;
}

Result<IdentityLine> ParseMosquitto(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == text.npos) {
    return Status::InvalidArgument("it is neither name:hash nor a JSON object");
  }
  IdentityLine line{.name = std::string(text.substr(0, colon)),
                    .password_hash = std::string(text.substr(colon + 1))};
  if (line.password_hash.starts_with('$')) return line;
  return Status::InvalidArgument(
      "it has no hash behind the colon; if that is the password itself, run mosquitto_passwd -U on "
      "the file first");
}

// Of dynamic-security.json; its hashes are those of the password file in other words.
Result<IdentityLine> ParseDynsecClient(const element& client) {
  IdentityLine line{.name = std::string(Text(client, "username")), .password_hash = {}};
  bool disabled = false;
  if (client["disabled"].get(disabled) == simdjson::SUCCESS) line.enabled = !disabled;
  const std::string_view key = Text(client, "password"), salt = Text(client, "salt");
  int64_t iterations = 0;
  if (!key.empty()) {
    if (client["iterations"].get(iterations) != simdjson::SUCCESS) iterations = 0;
    line.password_hash = fmt::format("$7${}${}${}", iterations, salt, key);
  }
  SLUICE_RETURN_IF_ERROR(Checked(line));
  return line;
}

// Nothing if it is none.
std::optional<std::vector<IdentityEntry>> ParseDynsec(std::string_view text) {
  simdjson::dom::parser parser;
  const simdjson::padded_string padded(text);
  element file;
  simdjson::dom::array clients;
  if (parser.parse(padded).get(file) != simdjson::SUCCESS ||
      file["clients"].get(clients) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  std::vector<IdentityEntry> entries;
  for (const element client : clients) {
    entries.push_back({fmt::format("client {}", entries.size() + 1), ParseDynsecClient(client)});
  }
  return entries;
}

}  // namespace

Result<std::optional<IdentityLine>> ParseIdentityLine(std::string_view line) {
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  if (line.empty() || line.front() == '#') return std::optional<IdentityLine>();
  auto parsed = line.front() == '{' ? ParseJson(line) : ParseMosquitto(line);
  if (!parsed.ok()) return parsed.status();
  SLUICE_RETURN_IF_ERROR(Checked(*parsed));
  return std::optional<IdentityLine>(std::move(*parsed));
}

std::vector<IdentityEntry> ParseIdentityFile(std::string_view text) {
  if (auto dynsec = ParseDynsec(text)) return std::move(*dynsec);
  std::vector<IdentityEntry> entries;
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    auto line = ParseIdentityLine(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.ok()) {
      entries.push_back({fmt::format("{}", number), line.status()});
    } else if (*line) {
      entries.push_back({fmt::format("{}", number), std::move(**line)});
    }
  }
  return entries;
}

}  // namespace sluice::tools
