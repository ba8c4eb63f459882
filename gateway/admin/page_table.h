#pragma once

#include <functional>
#include <string>
#include <vector>

#include "http/message.h"

namespace sluice::admin {

// What a server answers, by method and path. Whoever asks for something else is told what there is:
// 404 with the paths, 405 with the methods. Adding a page is one line where the server is opened.
class PageTable {
 public:
  using Handler = std::function<http::Response(const http::Request&)>;

  // `path` as in "/metrics". A page for GET answers HEAD, too.
  void Add(http::Method method, std::string path, Handler handler);
  http::Response Answer(const http::Request& request) const;

 private:
  struct Page {
    http::Method method;
    std::string path;
    Handler handler;
  };

  http::Response NoSuchPage() const;
  std::string MethodsOf(std::string_view path) const;

  std::vector<Page> pages_;
};

}  // namespace sluice::admin
