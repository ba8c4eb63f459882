#include "server/response_information.h"

#include "broker/access_pattern.h"

namespace sluice::server {

std::string ResponseInformation(std::string_view pattern, std::string_view identity) {
  constexpr std::string_view kPlaceholder = "{identity}";
  std::string text(pattern);
  size_t at = text.find(kPlaceholder);
  if (at == std::string::npos) return text;
  if (!broker::MayStandForPlaceholder(identity)) return {};
  for (; at != std::string::npos; at = text.find(kPlaceholder, at + identity.size())) {
    text.replace(at, kPlaceholder.size(), identity);
  }
  return text;
}

}  // namespace sluice::server
