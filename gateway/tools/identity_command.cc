#include "tools/identity_command.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <utility>

#include "admin/form.h"
#include "base/hex.h"
#include "identity/password_hash.h"
#include "tools/control.h"
#include "tools/identity_client.h"
#include "tools/identity_file.h"
#include "tools/json_members.h"
#include "tools/plain_text.h"
#include "tools/secret_file.h"

namespace sluice::tools {
namespace {

using simdjson::dom::element;

struct IdentityArguments {
  std::string directory = "/var/lib/sluice";
  std::string name;
  std::string file;
  bool password_stdin = false;
  bool no_password = false;
  bool psk = false;
  bool psk_stdin = false;
  bool replace = false;
  bool json = false;
};

int Finish(const IdentityArguments& a, const Result<uint64_t>& change) {
  if (!change.ok()) return Complain(change.status());
  const Status saved = AwaitSaved(a.directory, *change);
  return saved.ok() ? 0 : Complain(saved);
}

std::string NameForm(const IdentityArguments& a) {
  std::string form;
  admin::AppendMember("name", a.name, &form);
  return form;
}

Result<std::string> PasswordFromInput() {
  std::string password;
  std::getline(std::cin, password);
  if (password.ends_with('\r')) password.pop_back();
  if (password.empty()) return Status::InvalidArgument("no password came on standard input");
  if (password.size() > identity::kMaxPasswordBytes) {
    return Status::InvalidArgument(
        fmt::format("a password has at most {} bytes", identity::kMaxPasswordBytes));
  }
  return password;
}

// Puts an identity with what `form` says of it.
int Put(const IdentityArguments& a, std::string form, const std::string& made_up) {
  if (a.replace) admin::AppendMember("replace", "1", &form);
  auto change = ChangeIdentity(a.directory, "put", form);
  if (!change.ok() && change.status().code() == StatusCode::kAlreadyExists && !a.replace) {
    change = Status(StatusCode::kAlreadyExists,
                    fmt::format("{}: {}", OneLine(a.name), change.status().message()));
  }
  const int code = Finish(a, change);
  // It is told even when the disk is not there yet: the gateway believes it already.
  if (change.ok() && !made_up.empty()) fmt::print("{}\n", made_up);
  return code;
}

int AddPsk(const IdentityArguments& a) {
  std::string psk;
  if (a.psk_stdin) {
    std::getline(std::cin, psk);
    while (psk.ends_with('\r') || psk.ends_with(' ')) psk.pop_back();
    if (psk.empty()) return Complain(Status::InvalidArgument("no key came on standard input"));
  } else {
    AppendHex(AsBytes(identity::GeneratePsk()), &psk);
  }
  std::string form = NameForm(a);
  admin::AppendMember("psk", psk, &form);
  return Put(a, form, a.psk_stdin ? "" : psk);
}

int Add(const IdentityArguments& a) {
  if (a.psk || a.psk_stdin) return AddPsk(a);
  std::string form = NameForm(a);
  std::string password;
  if (a.no_password) {
    admin::AppendMember("password_hash", "", &form);
  } else {
    auto chosen = a.password_stdin ? PasswordFromInput() : identity::GeneratePassword();
    if (!chosen.ok()) return Complain(chosen.status());
    password = std::move(*chosen);
    const auto hash = identity::HashPassword(password);
    if (!hash.ok()) return Complain(hash.status());
    admin::AppendMember("password_hash", *hash, &form);
  }
  return Put(a, form, a.no_password || a.password_stdin ? "" : password);
}

int SetEnabled(const IdentityArguments& a, bool enabled) {
  std::string form = NameForm(a);
  admin::AppendMember("enabled", enabled ? "1" : "0", &form);
  return Finish(a, ChangeIdentity(a.directory, "enable", form));
}

int Remove(const IdentityArguments& a) {
  return Finish(a, ChangeIdentity(a.directory, "remove", NameForm(a)));
}

// "pump-1                   enabled   argon2id".
void PrintIdentity(const element& identity) {
  std::string_view name, password;
  bool enabled = false, psk = false;
  if (identity["name"].get(name) != simdjson::SUCCESS) return;
  if (identity["password"].get(password) != simdjson::SUCCESS) return;
  if (identity["enabled"].get(enabled) != simdjson::SUCCESS) return;
  if (identity["psk"].get(psk) != simdjson::SUCCESS) return;
  fmt::print("{:<32} {:<9} {:<9} {}\n", OneLine(name), enabled ? "enabled" : "disabled", password,
             psk ? "psk" : "-");
}

int List(const IdentityArguments& a) {
  auto response = AskControl(a.directory, "/identities");
  if (!response.ok()) return Complain(response.status());
  if (response->status != kOk) return Complain(Status::Unavailable(WhyNot(std::move(*response))));
  if (a.json) {
    fmt::print("{}", response->body);
    return 0;
  }
  fmt::print("{:<32} {:<9} {:<9} {}\n", "NAME", "", "PASSWORD", "KEY");
  simdjson::dom::parser parser;
  const simdjson::padded_string lines(response->body);
  simdjson::dom::document_stream identities;
  if (parser.parse_many(lines).get(identities) != simdjson::SUCCESS) return 0;
  for (const auto identity : identities) {
    if (element one; identity.get(one) == simdjson::SUCCESS) PrintIdentity(one);
  }
  return 0;
}

Result<uint64_t> PutImported(const IdentityArguments& a, const IdentityLine& line) {
  std::string form, psk;
  admin::AppendMember("name", line.name, &form);
  admin::AppendMember("password_hash", line.password_hash, &form);
  AppendHex(AsBytes(line.psk), &psk);
  admin::AppendMember("psk", psk, &form);
  if (line.enabled) admin::AppendMember("enabled", *line.enabled ? "1" : "0", &form);
  if (a.replace) admin::AppendMember("replace", "1", &form);
  return ChangeIdentity(a.directory, "put", form);
}

int Import(const IdentityArguments& a) {
  std::ifstream file(a.file);
  if (!file) return Complain(Status::FromErrno(errno, a.file));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  uint64_t taken = 0, there = 0, wrong = 0, last = 0;
  for (const IdentityEntry& entry : ParseIdentityFile(text)) {
    const Result<uint64_t> change =
        entry.line.ok() ? PutImported(a, *entry.line) : entry.line.status();
    if (change.ok()) {
      ++taken;
      last = *change;
      continue;
    }
    ++(change.status().code() == StatusCode::kAlreadyExists ? there : wrong);
    const std::string who = entry.line.ok() ? OneLine(entry.line->name) + ": " : "";
    fmt::print(stderr, "sluice: {}:{}: {}{}\n", a.file, entry.place, who,
               change.status().message());
  }
  const int code = taken == 0 ? 0 : Finish(a, last);
  fmt::print("{} imported, {} there already{}, {} wrong\n", taken, there,
             there > 0 ? " (--replace takes the file's)" : "", wrong);
  return wrong > 0 ? 1 : code;
}

int Export(const IdentityArguments& a) {
  auto response = AskControl(a.directory, "/identities/export");
  if (!response.ok()) return Complain(response.status());
  if (response->status != kOk) return Complain(Status::Unavailable(WhyNot(std::move(*response))));
  const Status written = WriteSecretFile(a.file, response->body);
  return written.ok() ? 0 : Complain(written);
}

CLI::App* AddVerb(CLI::App* parent, const char* name, const char* what, IdentityArguments& a,
                  const std::function<void()>& run) {
  CLI::App* verb = parent->add_subcommand(name, what);
  verb->add_option("--dir", a.directory, "data_dir of a gateway on this machine")
      ->envname("SLUICE_DIR")
      ->capture_default_str();
  verb->callback(run);
  return verb;
}

void AddName(CLI::App* verb, IdentityArguments& a) {
  verb->add_option("name", a.name, "name of the identity, which is also its user name")->required();
}

}  // namespace

void AddIdentity(CLI::App& app, int* exit_code) {
  CLI::App* identity = app.add_subcommand("identity", "Say who may connect to the running gateway");
  identity->require_subcommand(1);
  const auto a = std::make_shared<IdentityArguments>();
  CLI::App* add = AddVerb(identity, "add", "Add an identity and print the password made up for it",
                          *a, [a, exit_code] { *exit_code = Add(*a); });
  AddName(add, *a);
  CLI::Option* const from_input =
      add->add_flag("--password-stdin", a->password_stdin,
                    "take the first line of standard input as its password");
  add->add_flag("--no-password", a->no_password, "no password lets it in")->excludes(from_input);
  CLI::Option* const psk = add->add_flag(
      "--psk", a->psk, "make up a pre-shared key for TLS instead, and print it in hexadecimal");
  add->add_flag("--psk-stdin", a->psk_stdin,
                "take the first line of standard input as its key, in hexadecimal, 16 to 64 bytes")
      ->excludes(from_input)
      ->excludes(psk);
  psk->excludes(from_input);
  add->add_flag("--replace", a->replace,
                "it may be there: it gets a new password, and who is connected has to show it");
  AddVerb(identity, "list", "List identities and what lets them in", *a, [a, exit_code] {
    *exit_code = List(*a);
  })->add_flag("--json", a->json, "print a line of JSON for each, see docs/identity.md");
  AddName(AddVerb(identity, "enable", "Let an identity in again", *a,
                  [a, exit_code] { *exit_code = SetEnabled(*a, true); }),
          *a);
  AddName(
      AddVerb(identity, "disable", "End its connections and let it in no more, whatever it shows",
              *a, [a, exit_code] { *exit_code = SetEnabled(*a, false); }),
      *a);
  AddName(AddVerb(identity, "remove", "Forget an identity, its connections and its sessions", *a,
                  [a, exit_code] { *exit_code = Remove(*a); }),
          *a);
  CLI::App* import =
      AddVerb(identity, "import",
              "Add those of a Mosquitto password file, of its dynamic security, or of an export",
              *a, [a, exit_code] { *exit_code = Import(*a); });
  import->add_option("file", a->file, "the file")->required();
  import->add_flag("--replace", a->replace, "of those that are there already take the file's");
  AddVerb(identity, "export", "Write all, with their password hashes, to a new file", *a,
          [a, exit_code] { *exit_code = Export(*a); })
      ->add_option("file", a->file, "the file, which must not exist")
      ->required();
}

}  // namespace sluice::tools
