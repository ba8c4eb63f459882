#include "config/machine_check.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/clock.h"
#include "codec/topic_match.h"
#include "config/build_options.h"
#include "config/profile_file.h"
#include "config/uplink_url.h"
#include "normalise/normaliser.h"
#include "tls/client_files.h"
#include "tls/context.h"
#include "tls/key_file.h"
#include "transport/socket_address.h"

namespace sluice::config {
namespace {

class MachineCheck {
 public:
  MachineCheck(const Env& env, const toml::table& table, const Config& config)
      : env_(env), table_(table), config_(config), mistakes_(config.file), faults_(config.file) {}

  MachineFindings Run() {
    CheckDataDirectory();
    for (size_t i = 0; i < config_.listeners.size(); ++i) CheckListener(i);
    if (config_.admin.enabled) CheckBind("admin.bind", "admin.bind", config_.admin.bind);
    for (size_t i = 0; i < config_.uplinks.size(); ++i) CheckUplink(i);
    if (!config_.gateway.profiles.empty()) CheckProfiles();
    return {mistakes_.lines(), faults_.lines(), std::move(warnings_)};
  }

 private:
  void Fault(const std::string& path, std::string_view key, std::string_view what) {
    faults_.Add(PlaceOf(table_, path), fmt::format("{}: {}", key, what));
  }

  bool CheckExists(const std::string& path, std::string_view key, const std::string& file) {
    if (file.empty() || env_.Exists(file)) return true;
    Fault(path, key, fmt::format("{} does not exist; create it or correct the path", file));
    return false;
  }

  bool CheckSecret(const std::string& path, std::string_view key, const std::string& file) {
    if (file.empty()) return true;
    const Status status = tls::CheckSecretFile(file);
    if (!status.ok()) Fault(path, key, status.message());
    return status.ok();
  }

  void CheckDataDirectory();
  void CheckListener(size_t i);
  void CheckBind(const std::string& path, std::string_view key, const std::string& bind);
  void CheckUplink(size_t i);
  void CheckPassword(const std::string& path, const std::string& file);
  void CheckProfiles();
  void CheckTopics(const std::vector<normalise::Profile>& profiles);

  const Env& env_;
  const toml::table& table_;
  const Config& config_;
  Mistakes mistakes_;
  Mistakes faults_;
  std::vector<std::string> warnings_;
};

// Every directory above it that is there already has to be one, and the lowest to be writable.
void MachineCheck::CheckDataDirectory() {
  std::filesystem::path path = config_.gateway.data_dir;
  const auto fault = [&](std::string_view what) {
    Fault("gateway.data_dir", "gateway.data_dir",
          fmt::format("{} {}", config_.gateway.data_dir, what));
  };
  const auto no_way = [&] {
    fault(fmt::format("can't be made: {} is not a directory that can be entered", path.string()));
  };
  struct stat info {};
  while (::stat(path.c_str(), &info) != 0) {
    if (errno != ENOENT) return no_way();
    if (!path.has_relative_path()) break;
    path = path.parent_path();
  }
  if (path.has_relative_path() && !S_ISDIR(info.st_mode)) return no_way();
  if (::access(path.c_str(), W_OK | X_OK) != 0) {
    fault(fmt::format("can't be written: {}: {}; correct the path or the owner of the directory",
                      path.string(), std::strerror(errno)));
  }
}

// The section's key whose file a message is about.
std::string_view KeyIn(std::string_view message, const ListenerTlsConfig& tls) {
  if (message.find(tls.key) != message.npos) return "key";
  return message.find(tls.cert) != message.npos ? "cert" : "client_ca";
}

void MachineCheck::CheckListener(size_t i) {
  const ListenerConfig& listener = config_.listeners[i];
  const std::string at = fmt::format("listener[{}]", i);
  CheckBind(at + ".bind", "listener.bind", listener.bind);
  if (listener.plaintext) return;
  const auto& tls = listener.tls;
  const bool needs_ca = tls.client_cert != tls::ClientCertificate::kNone;
  bool there = CheckExists(at + ".tls.cert", "listener.tls.cert", tls.cert);
  if (needs_ca) {
    there &= CheckExists(at + ".tls.client_ca", "listener.tls.client_ca", tls.client_ca);
  }
  there &= CheckSecret(at + ".tls.key", "listener.tls.key", tls.key);
  if (!there) return;
  const auto context = tls::Context::NewServer(ServerTls(listener));
  if (!context.ok()) {
    const std::string_view key = KeyIn(context.status().message(), tls);
    return Fault(fmt::format("{}.tls.{}", at, key), fmt::format("listener.tls.{}", key),
                 context.status().message());
  }
  for (const std::string& trouble : (*context)->DateTroubles(SystemClock())) {
    warnings_.push_back(fmt::format("listener {}: {}", listener.bind, trouble));
  }
}

void MachineCheck::CheckBind(const std::string& path, std::string_view key,
                             const std::string& bind) {
  const auto address = transport::ParseSocketAddress(bind);
  SLUICE_CHECK(address.ok());  // by CheckReferences
  if (const Status status = transport::CheckBindable(*address); !status.ok()) {
    Fault(path, key, status.message());
  }
}

void MachineCheck::CheckUplink(size_t i) {
  const UplinkConfig& uplink = config_.uplinks[i];
  const std::string at = fmt::format("uplink[{}].", i);
  bool there = CheckExists(at + "ca", "uplink.ca", uplink.ca);
  there &= CheckExists(at + "cert", "uplink.cert", uplink.cert);
  there &= CheckSecret(at + "key", "uplink.key", uplink.key);
  if (CheckSecret(at + "password_file", "uplink.password_file", uplink.password_file)) {
    CheckPassword(at + "password_file", uplink.password_file);
  }
  if (!there || !IsTlsUrl(uplink.url)) return;
  const tls::ClientFiles files =
      tls::CheckClientFiles({uplink.ca, uplink.cert, uplink.key}, SystemClock());
  for (const auto& [status, key] :
       {std::pair{&files.ca, "ca"}, std::pair{&files.certificate, "cert"},
        std::pair{&files.key, "key"}}) {
    if (!status->ok()) Fault(at + key, fmt::format("uplink.{}", key), status->message());
  }
  for (const std::string& trouble : files.date_troubles) {
    warnings_.push_back(fmt::format("uplink {}: {}", uplink.name, trouble));
  }
}

void MachineCheck::CheckPassword(const std::string& path, const std::string& file) {
  if (file.empty()) return;
  const auto password = ReadPasswordFile(file);
  if (!password.ok()) return Fault(path, "uplink.password_file", password.status().message());
  if (password->empty()) {
    Fault(path, "uplink.password_file", file + " has no password in its first line");
  }
}

void MachineCheck::CheckProfiles() {
  const auto profiles = LoadProfiles(env_, config_.gateway.profiles);
  if (profiles.ok()) return CheckTopics(*profiles);
  const std::string& message = profiles.status().message();
  if (profiles.status().code() != StatusCode::kInvalidArgument) {
    return Fault("gateway.profiles", "gateway.profiles", message);
  }
  for (std::string_view rest = message; !rest.empty();) {  // a line each, with their own places
    const std::string_view line = rest.substr(0, rest.find('\n'));
    mistakes_.Add(PlaceOf(table_, "gateway.profiles"), fmt::format("gateway.profiles: {}", line));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  }
}

void MachineCheck::CheckTopics(const std::vector<normalise::Profile>& profiles) {
  if (const auto all = normalise::Normaliser::Create(profiles, {}); !all.ok()) {
    return mistakes_.Add(PlaceOf(table_, "gateway.profiles"),
                         fmt::format("gateway.profiles: {}", all.status().message()));
  }
  if (config_.streams.empty()) return;
  for (const StreamConfig& stream : config_.streams) {
    for (const std::string& topic : stream.topics) {
      for (const normalise::Profile& profile : profiles) {
        for (const std::string& filter : profile.topics) {
          if (codec::Overlap(topic, filter)) return;
        }
      }
    }
  }
  mistakes_.Add(PlaceOf(table_, "stream[0].topics"),
                "stream.topics: no profile in gateway.profiles is about a topic of any stream, so "
                "nothing becomes an event; add a profile, or correct the topics");
}

}  // namespace

MachineFindings CheckMachine(const Env& env, const toml::table& table, const Config& config) {
  return MachineCheck(env, table, config).Run();
}

}  // namespace sluice::config
