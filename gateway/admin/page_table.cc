#include "admin/page_table.h"

#include <fmt/format.h>

#include <utility>

#include "http/response_writer.h"

namespace sluice::admin {
namespace {

constexpr int kNotFound = 404;
constexpr int kMethodNotAllowed = 405;

}  // namespace

void PageTable::Add(http::Method method, std::string path, Handler handler) {
  pages_.push_back({method, std::move(path), std::move(handler)});
}

http::Response PageTable::Answer(const http::Request& request) const {
  const bool is_head = request.method == http::Method::kHead;
  const http::Method method = is_head ? http::Method::kGet : request.method;
  for (const Page& page : pages_) {
    if (page.path == request.path && page.method == method) return page.handler(request);
  }
  const std::string methods = MethodsOf(request.path);
  if (methods.empty()) return NoSuchPage();
  http::Response response = http::PlainResponse(kMethodNotAllowed);
  response.allow = methods;
  return response;
}

http::Response PageTable::NoSuchPage() const {
  http::Response response = http::PlainResponse(kNotFound);
  response.body = "There is no such page. There are:\n";
  for (const Page& page : pages_) response.body += page.path + "\n";
  return response;
}

std::string PageTable::MethodsOf(std::string_view path) const {
  std::string methods;
  for (const Page& page : pages_) {
    if (page.path != path) continue;
    if (!methods.empty()) methods += ", ";
    methods += page.method == http::Method::kPost ? "POST" : "GET, HEAD";
  }
  return methods;
}

}  // namespace sluice::admin
