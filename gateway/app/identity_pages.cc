#include "app/identity_pages.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include "app/control_answer.h"
#include "base/hex.h"
#include "base/log.h"

namespace sluice::app {
namespace {

http::Response NotKept() {
  return Refuse(kConflict,
                "this gateway keeps no identities: give a [[listener]] accepts = [\"password\"] or "
                "[\"psk\"], or "
                "[state] identities = true, and start it again");
}

// What was changed, and under which number its being saved is asked for.
http::Response Changed(const Identities& identities) {
  return JsonLine(kAccepted,
                  [&](JsonWriter& json) { json.Member("change", identities.changes()); });
}

http::Response SavedPage(const Identities& identities) {
  return JsonLine(kOk, [&](JsonWriter& json) { json.Member("saved", identities.saved()); });
}

std::string_view KindOf(const std::string& password_hash) {
  if (password_hash.empty()) return "none";
  return password_hash.starts_with("$argon2id$") ? "argon2id" : "mosquitto";
}

enum class Secrets : bool { kHidden, kShown };

// A line of JSON each, as `sluice identity import` reads them.
http::Response ListPage(Identities& identities, Secrets secrets) {
  if (!identities.kept()) return NotKept();
  http::Response response{.content_type = "application/x-ndjson"};
  for (const auto& [name, account] : identities.accounts().all()) {
    JsonWriter json(&response.body);
    json.BeginObject();
    json.Member("name", std::string_view(name));
    json.Member("enabled", account.enabled);
    if (secrets == Secrets::kShown) {
      json.Member("password_hash", std::string_view(account.password_hash));
      const ByteSpan psk = AsBytes(account.psk);
      json.MemberFrom("psk", [psk](std::string* out) { AppendHex(psk, out); });
    } else {
      json.Member("password", KindOf(account.password_hash));
      json.Member("psk", !account.psk.empty());
    }
    json.EndObject();
    response.body += '\n';
  }
  return response;
}

// "1" or "0", if it is there.
Result<bool> FlagOf(const admin::Form& form, std::string_view name, bool otherwise) {
  const std::string* const text = form.Find(name);
  if (text == nullptr) return otherwise;
  if (*text == "1" || *text == "0") return *text == "1";
  return Status::InvalidArgument(fmt::format("{} is 0 or 1", name));
}

http::Response PutPage(Identities& identities, const admin::Form& form) {
  if (!identities.kept()) return NotKept();
  const Status known = form.ExpectOnly({"name", "password_hash", "psk", "enabled", "replace"});
  if (!known.ok()) return Refuse(known);
  const std::string* const name = form.Find("name");
  if (name == nullptr) return Refuse(kBadRequest, "say which name");
  const identity::Account* const before = identities.accounts().Find(*name);
  const auto enabled = FlagOf(form, "enabled", before == nullptr || before->enabled);
  const auto replace = FlagOf(form, "replace", false);
  if (!enabled.ok()) return Refuse(enabled.status());
  if (!replace.ok()) return Refuse(replace.status());
  if (before != nullptr && !*replace) return Refuse(kConflict, "there is one of that name already");
  identity::Account account = before == nullptr ? identity::Account{.name = *name} : *before;
  account.enabled = *enabled;
  if (const std::string* const hash = form.Find("password_hash")) account.password_hash = *hash;
  if (const std::string* const psk = form.Find("psk")) {
    const auto bytes = HexDecoded(*psk);
    if (!bytes) return Refuse(kBadRequest, "psk is not hexadecimal");
    account.psk = *bytes;
  }
  const Status put = identities.accounts().Put(std::move(account));
  if (put.ok()) return Changed(identities);
  return Refuse(put.code() == StatusCode::kInvalidArgument ? kBadRequest : kUnavailable,
                put.message());
}

// Disabling somebody unknown shuts out who comes with a certificate of that name.
http::Response EnablePage(Identities& identities, const admin::Form& form) {
  if (!identities.kept()) return NotKept();
  const Status known = form.ExpectOnly({"name", "enabled"});
  if (!known.ok()) return Refuse(known);
  const std::string* const name = form.Find("name");
  const auto enabled = FlagOf(form, "enabled", true);
  if (name == nullptr) return Refuse(kBadRequest, "say which name");
  if (!enabled.ok()) return Refuse(enabled.status());
  const identity::Account* const before = identities.accounts().Find(*name);
  if (before == nullptr && *enabled) return Refuse(kNotFound, "there is nobody of that name");
  identity::Account account = before == nullptr ? identity::Account{.name = *name} : *before;
  account.enabled = *enabled;
  const Status put = identities.accounts().Put(std::move(account));
  return put.ok() ? Changed(identities) : Refuse(kBadRequest, put.message());
}

http::Response RemovePage(Identities& identities, const admin::Form& form) {
  if (!identities.kept()) return NotKept();
  const Status known = form.ExpectOnly({"name"});
  if (!known.ok()) return Refuse(known);
  const std::string* const name = form.Find("name");
  if (name == nullptr) return Refuse(kBadRequest, "say which name");
  if (!identities.accounts().Remove(*name))
    return Refuse(kNotFound, "there is nobody of that name");
  return Changed(identities);
}

}  // namespace

void AddIdentityPages(Identities& identities, std::vector<admin::ControlPage>* pages) {
  using Answer = http::Response (*)(Identities&, const admin::Form&);
  const auto add = [&](http::Method method, const char* path, Answer answer) {
    pages->push_back({method, path, [&identities, answer](const admin::Form& form) {
                        return answer(identities, form);
                      }});
  };
  add(http::Method::kPost, "/identities/put", PutPage);
  add(http::Method::kPost, "/identities/enable", EnablePage);
  add(http::Method::kPost, "/identities/remove", RemovePage);
  add(http::Method::kGet, "/identities",
      [](Identities& all, const admin::Form&) { return ListPage(all, Secrets::kHidden); });
  add(http::Method::kGet, "/identities/export",
      [](Identities& all, const admin::Form&) { return ListPage(all, Secrets::kShown); });
  add(http::Method::kGet, "/identities/saved",
      [](Identities& all, const admin::Form&) { return SavedPage(all); });
}

}  // namespace sluice::app
