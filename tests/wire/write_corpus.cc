// write_corpus FOLDER: writes every wire case as a seed of the codec's fuzzer, one file each, named
// after the case. Run by hand when cases are added; the files are committed.

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "wire/seed.h"
#include "wire/wire_case.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: write_corpus FOLDER\n");
    return 2;
  }
  const std::filesystem::path folder(argv[1]);
  std::filesystem::create_directories(folder);
  for (const sluice::test::WireCase& wire_case : sluice::test::AllWireCases()) {
    std::ofstream file(folder / wire_case.name, std::ios::binary);
    file << sluice::test::ToSeed(wire_case);
    if (!file.flush()) {
      std::fprintf(stderr, "cannot write %s\n", wire_case.name.c_str());
      return 1;
    }
  }
  std::printf("%zu seeds written\n", sluice::test::AllWireCases().size());
}
