#include "tools/enrol_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <filesystem>
#include <memory>
#include <utility>

#include "admin/form.h"
#include "base/hex.h"
#include "base/identity.h"
#include "base/rfc3339.h"
#include "identity/password_hash.h"
#include "tls/issue.h"
#include "tools/control.h"
#include "tools/enrol_text.h"
#include "tools/identity_client.h"
#include "tools/secret_file.h"

namespace sluice::tools {
namespace {

struct EnrolArguments {
  std::string name;
  std::string ca_key;
  std::string ca;
  std::string out = ".";
  int64_t days = tls::IssueRequest().days;
  bool password = false;
  bool psk = false;
  bool replace = false;
  std::string directory = "/var/lib/sluice";
  std::string host;
  uint16_t port = 8883;
  std::string server_ca = "server-ca.crt";
  std::string kind;
};

std::string HostName() {
  std::array<char, 256> name{};
  const bool known = gethostname(name.data(), name.size() - 1) == 0 && name[0] != '\0';
  return known ? name.data() : "localhost";
}

// Tells the gateway; `form` says what besides the name.
Status Put(const EnrolArguments& a, const std::string& form) {
  std::string all;
  admin::AppendMember("name", a.name, &all);
  all += "&" + form;
  if (a.replace) admin::AppendMember("replace", "1", &all);
  const auto change = ChangeIdentity(a.directory, "put", all);
  if (!change.ok()) return change.status();
  return AwaitSaved(a.directory, *change);
}

Status MakePassword(const EnrolArguments& a, Enrolment* enrolment) {
  const std::string password = identity::GeneratePassword();
  const auto hash = identity::HashPassword(password);
  if (!hash.ok()) return hash.status();
  std::string form;
  admin::AppendMember("password_hash", *hash, &form);
  SLUICE_RETURN_IF_ERROR(Put(a, form));
  enrolment->password = password;
  return Status::Ok();
}

Status MakePsk(const EnrolArguments& a, Enrolment* enrolment) {
  std::string psk, form;
  AppendHex(AsBytes(identity::GeneratePsk()), &psk);
  admin::AppendMember("psk", psk, &form);
  SLUICE_RETURN_IF_ERROR(Put(a, form));
  enrolment->psk = std::move(psk);
  return Status::Ok();
}

// The files that a device gets are named by its identity, which holds no '/'.
Status MakeCertificate(const EnrolArguments& a, Enrolment* enrolment) {
  const auto issued = tls::IssueClientCertificate(
      {.common_name = a.name, .ca_certificate_file = a.ca, .ca_key_file = a.ca_key, .days = a.days},
      SystemClock());
  if (!issued.ok()) return issued.status();
  const std::filesystem::path out(a.out);
  enrolment->key = (out / (a.name + ".key")).string();
  enrolment->certificate = (out / (a.name + ".crt")).string();
  SLUICE_RETURN_IF_ERROR(WriteSecretFile(enrolment->key, issued->key_pem));
  Status written = WriteSecretFile(enrolment->certificate, issued->certificate_pem);
  if (!written.ok()) {
    ::unlink(enrolment->key.c_str());
    return written;
  }
  std::string end;
  AppendRfc3339(FromUnixNanos(issued->not_after_unix_seconds * 1'000'000'000), &end);
  fmt::print("{}\n{}\n\nThe certificate, serial number {}, ends {}{}.\n", enrolment->key,
             enrolment->certificate, issued->serial, end,
             issued->cut_short ? ", with that of the authority" : "");
  return Status::Ok();
}

Status Make(const EnrolArguments& a, Enrolment* enrolment) {
  if (!IsValidIdentity(a.name) || a.name.starts_with('.')) {
    return Status::InvalidArgument(fmt::format(
        "the name is no identity: 1 to {} bytes of UTF-8 without control characters and without "
        "/ + #, and no '.' in front",
        kMaxIdentityBytes));
  }
  if (a.password) return MakePassword(a, enrolment);
  return a.psk ? MakePsk(a, enrolment) : MakeCertificate(a, enrolment);
}

int Enrol(const EnrolArguments& a) {
  Enrolment enrolment;
  enrolment.name = a.name;
  enrolment.host = a.host.empty() ? HostName() : a.host;
  enrolment.port = a.port;
  enrolment.server_ca = a.server_ca;
  const Status made = Make(a, &enrolment);
  if (!made.ok()) return Complain(made);
  if (!enrolment.password.empty()) fmt::print("password: {}\n", enrolment.password);
  if (!enrolment.psk.empty()) fmt::print("key: {}\n", enrolment.psk);
  for (const std::string_view kind : EnrolmentKinds()) {
    if (a.kind.empty() || a.kind == kind) fmt::print("\n{}", EnrolmentText(kind, enrolment));
  }
  return 0;
}

// "one of: a, b".
std::string CheckKind(const std::string& kind) {
  std::string kinds;
  for (const std::string_view known : EnrolmentKinds()) {
    if (known == kind) return {};
    kinds += fmt::format("{}{}", kinds.empty() ? "" : ", ", known);
  }
  return "must be one of: " + kinds;
}

}  // namespace

void AddEnrol(CLI::App& app, int* exit_code) {
  const auto a = std::make_shared<EnrolArguments>();
  CLI::App* enrol = app.add_subcommand(
      "enrol", "Make what lets a device in, and say what to type into the device");
  enrol->add_option("name", a->name, "the device's identity")->required();
  auto* const key = enrol->add_option("--ca-key", a->ca_key,
                                      "key of the authority that signs its certificate; a gateway "
                                      "never needs it, so keep it elsewhere");
  auto* const ca = enrol->add_option("--ca", a->ca, "certificate of that authority");
  key->needs(ca);
  ca->needs(key);
  enrol->add_option("--out", a->out, "folder for its key and certificate")->capture_default_str();
  enrol->add_option("--days", a->days, "how long the certificate is valid")->capture_default_str();
  auto* const password = enrol->add_flag("--password", a->password, "a password instead");
  auto* const psk = enrol->add_flag("--psk", a->psk, "a pre-shared key of TLS instead");
  password->excludes(psk)->excludes(key);
  psk->excludes(key);
  enrol->add_flag("--replace", a->replace, "it may be there: it gets another password or key");
  enrol
      ->add_option("--dir", a->directory,
                   "data_dir of the gateway on this machine that is told of a password or key")
      ->envname("SLUICE_DIR")
      ->capture_default_str();
  enrol->add_option("--host", a->host,
                    "where devices find the gateway; default: this machine's name");
  enrol->add_option("--port", a->port, "and its listener")->capture_default_str();
  enrol
      ->add_option("--server-ca", a->server_ca,
                   "authority of the gateway's own certificate, for the device to check")
      ->capture_default_str();
  enrol
      ->add_option("--for", a->kind,
                   "only this text: mosquitto, tasmota, shelly, zigbee2mqtt, esphome")
      ->check(CheckKind);
  enrol->callback([a, exit_code] {
    if (a->ca_key.empty() && !a->password && !a->psk) {
      throw CLI::ValidationError("enrol",
                                 "say what lets it in: --ca-key and --ca, --password or --psk");
    }
    *exit_code = Enrol(*a);
  });
}

}  // namespace sluice::tools
