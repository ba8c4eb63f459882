#include "tls/revocations.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "base/bytes.h"
#include "tls/credentials.h"
#include "tls/life_span.h"
#include "tls/mbedtls_failure.h"
#include "tls/peer_certificate_reader.h"
#include "tls/trust_reader.h"

namespace sluice::tls {
namespace {

class Lists {
 public:
  Lists() { mbedtls_x509_crl_init(&first_); }
  ~Lists() { mbedtls_x509_crl_free(&first_); }
  Lists(const Lists&) = delete;
  Lists& operator=(const Lists&) = delete;

  mbedtls_x509_crl* get() { return &first_; }

 private:
  mbedtls_x509_crl first_;
};

Status Refuse(const std::string& path, std::string_view why) {
  return Status::InvalidArgument(fmt::format("revocation list {} {}", path, why));
}

std::string_view TextOf(const mbedtls_x509_buf& bytes) { return AsText({bytes.p, bytes.len}); }

std::string NameOf(const mbedtls_x509_name& name) {
  char text[256] = "";
  static_cast<void>(mbedtls_x509_dn_gets(text, sizeof text, &name));
  return text;
}

bool IsSignedBy(const mbedtls_x509_crl& list, const mbedtls_x509_crt& authority) {
  const auto hash = list.SLUICE_MBEDTLS_FIELD(sig_md);
  const auto kind = list.SLUICE_MBEDTLS_FIELD(sig_pk);
  const mbedtls_x509_buf& signature = list.SLUICE_MBEDTLS_FIELD(sig);
  const mbedtls_md_info_t* const info = mbedtls_md_info_from_type(hash);
  unsigned char digest[MBEDTLS_MD_MAX_SIZE];
  if (info == nullptr || mbedtls_md(info, list.tbs.p, list.tbs.len, digest) != 0) return false;
  auto* const key = const_cast<mbedtls_pk_context*>(&authority.pk);
  return mbedtls_pk_verify_ext(kind, list.SLUICE_MBEDTLS_FIELD(sig_opts), key, hash, digest,
                               mbedtls_md_get_size(info), signature.p, signature.len) == 0;
}

// SHA-1 and older could be forged (RFC 9155).
bool IsSoundHash(mbedtls_md_type_t hash) {
  return (mbedtls_x509_crt_profile_default.allowed_mds & MBEDTLS_X509_ID_FLAG(hash)) != 0;
}

}  // namespace

Status Revocations::Load(const std::string& path, const mbedtls_x509_crt& authorities) {
  SLUICE_RETURN_IF_ERROR(CheckReadable("revocation list", path));
  std::error_code error;
  if (std::filesystem::file_size(path, error) > kMaxFileBytes) {
    return Refuse(path, fmt::format("is larger than {} bytes; let the authority drop certificates "
                                    "that have ended from it",
                                    kMaxFileBytes));
  }
  Lists lists;
  if (const int result = mbedtls_x509_crl_parse_file(lists.get(), path.c_str()); result != 0) {
    return Refuse(path, fmt::format("is no CRL in PEM or DER ({})", ErrorText(result)));
  }
  for (const mbedtls_x509_crl* list = lists.get(); list != nullptr; list = list->next) {
    if (list->version == 0) break;  // none was read into it
    SLUICE_RETURN_IF_ERROR(Add(path, *list, authorities));
  }
  if (lists.get()->version == 0) return Refuse(path, "holds no CRL");
  std::sort(revoked_.begin(), revoked_.end());
  revoked_.erase(std::unique(revoked_.begin(), revoked_.end()), revoked_.end());
  return Status::Ok();
}

// [RFC 5280, 6.3.3]: the issuer's name, its right to sign lists (f), the signature (g).
Status Revocations::Add(const std::string& path, const mbedtls_x509_crl& list,
                        const mbedtls_x509_crt& authorities) {
  if (!IsSoundHash(list.SLUICE_MBEDTLS_FIELD(sig_md))) {
    return Refuse(path, "is signed with an outdated hash; let the authority use SHA-256");
  }
  std::string_view why =
      "which is none of client_ca's; put the certificate of that authority there";
  for (const mbedtls_x509_crt* crt = &authorities; crt != nullptr; crt = crt->next) {
    if (TextOf(crt->subject_raw) != TextOf(list.issuer_raw)) continue;
    if (mbedtls_x509_crt_check_key_usage(crt, MBEDTLS_X509_KU_CRL_SIGN) != 0) {
      why = "whose certificate does not allow it to sign lists (keyUsage without cRLSign)";
    } else if (!IsSignedBy(list, *crt)) {
      why = "but the signature is not that authority's";
    } else {
      List added{
          .path = path, .authority = AuthorityIdOf(*crt), .begin = ToUnixSeconds(list.this_update)};
      if (list.next_update.year != 0) added.end = ToUnixSeconds(list.next_update);
      for (const auto* entry = &list.entry; entry != nullptr; entry = entry->next) {
        if (entry->raw.len != 0) revoked_.push_back(IssuedId(added.authority, entry->serial));
      }
      lists_.push_back(std::move(added));
      return Status::Ok();
    }
  }
  return Refuse(path, fmt::format("is issued by {}, {}", NameOf(list.issuer), why));
}

bool Revocations::Revokes(const TrustId& certificate) const {
  return std::binary_search(revoked_.begin(), revoked_.end(), certificate);
}

std::vector<const Revocations::List*> Revocations::Latest() const {
  std::map<TrustId, const List*> latest;
  for (const List& list : lists_) {
    const List*& best = latest[list.authority];
    const bool is_later = best == nullptr || !list.end || (best->end && *best->end < *list.end);
    if (is_later) best = &list;
  }
  std::vector<const List*> lists;
  lists.reserve(latest.size());
  for (const auto& [authority, list] : latest) lists.push_back(list);
  return lists;
}

bool Revocations::HasEndedFor(const TrustId& authority, const Clock& clock) const {
  bool has_ended = false;
  for (const List& list : lists_) {
    if (list.authority != authority) continue;
    if (!list.end || !HasPassed(*list.end, clock)) return false;
    has_ended = true;
  }
  return has_ended;
}

std::optional<int64_t> Revocations::end() const {
  std::optional<int64_t> first;
  for (const List* const list : Latest()) {
    if (list->end && (!first || *list->end < *first)) first = list->end;
  }
  return first;
}

void Revocations::AddTroubles(const Clock& clock, bool refuses,
                              std::vector<std::string>* troubles) const {
  for (const List* const list : Latest()) {
    if (!list->end) continue;
    const std::string date = DateText(*list->end);
    if (HasPassed(*list->end, clock)) {
      troubles->push_back(fmt::format(
          "revocation list {} ended on {}; {}: put a new one in its place", list->path, date,
          refuses ? "certificates of its authority are refused (crl_ended)"
                  : "what it revokes stays revoked, what was revoked since is not known"));
    } else if (EndsSoon(list->begin, *list->end, clock)) {
      troubles->push_back(fmt::format("revocation list {} ends on {}; put a new one in its place",
                                      list->path, date));
    }
  }
}

bool Revocations::operator==(const Revocations& other) const {
  return lists_ == other.lists_ && revoked_ == other.revoked_;
}

}  // namespace sluice::tls
