#include "sim/gateway_account.h"

#include <fmt/format.h>

#include <chrono>

#include "base/bytes.h"

namespace sluice::sim {

using std::chrono::milliseconds;
using std::chrono::seconds;

GatewayAccount::GatewayAccount(Scene& scene, const Plan::Uplink& uplink)
    : scene_(scene),
      uplink_(uplink),
      random_(scene.RandomFor("account " + uplink.name)),
      whims_(scene, random_),
      password_("secret-0") {
  SLUICE_CHECK(files_.CreateDirectories(kFilesDirectory).ok());
  write_timer_ = scene.scheduler.NewTimer([this] { WriteNext(); });
  know_timer_ = scene.scheduler.NewTimer([this] {
    scene_.trace.Note("{}: knows {}", uplink_.name, next_);
    if (random_.Below(2) == 0) old_ = password_;
    password_ = next_;
  });
  auto file = files_.OpenWritable(UserFileOf(uplink));
  SLUICE_CHECK(file.ok() && (*file)->WriteAt(0, AsBytes("gateway\n")).ok());
  Write(password_);
  if (uplink.has_password) {
    whims_.Add(Trouble::kRenewedPasswords, seconds(60), [this] { Renew(); });
  }
}

bool GatewayAccount::Knows(std::optional<std::string_view> user,
                           std::optional<std::string_view> password) const {
  if (!uplink_.has_password) return !user && !password;
  return user == "gateway" && (password == password_ || (old_ && password == *old_));
}

// At both ends, one after the other.
void GatewayAccount::Renew() {
  scene_.situations.Reached("upstream: a password is renewed");
  next_ = fmt::format("secret-{}", ++renewals_);
  const bool file_first = random_.Below(2) == 0;
  const Duration late = Between(random_, milliseconds(1), seconds(40));
  write_timer_.Start(file_first ? Duration(0) : late);
  know_timer_.Start(file_first ? late : Duration(0));
}

void GatewayAccount::WriteNext() {
  // Somebody moves the old one away first, or writes half of it.
  const bool badly = scene_.Has(Trouble::kRenewedPasswords) && random_.Below(3) == 0;
  if (!badly) return Write(next_);
  Write(random_.Below(2) == 0 ? std::optional<std::string>() : next_.substr(0, 3));
  write_timer_.Start(Between(random_, milliseconds(1), seconds(5)));
}

void GatewayAccount::Write(std::optional<std::string> password) {
  scene_.trace.Note("{}: the password file has {}", uplink_.name, password.value_or("gone"));
  written_ = std::move(password);
  const std::string path = PasswordFileOf(uplink_);
  if (files_.Exists(path)) SLUICE_CHECK(files_.Remove(path).ok());
  if (!written_) return;
  auto file = files_.OpenWritable(path);
  const std::string text = *written_ + "\r\nbehind it nobody looks\n";
  SLUICE_CHECK(file.ok() && (*file)->WriteAt(0, AsBytes(text)).ok());
}

void GatewayAccount::Mend() {
  write_timer_.Stop();
  know_timer_.Stop();
  Write(password_);
}

}  // namespace sluice::sim
