#include "app/run_command.h"
#include "tls/lazy_buffers.h"
#include "tools/command_line.h"

int main(int argc, char** argv) {
  sluice::tls::UseLazyRecordBuffers();
  return sluice::tools::RunCommandLine(argc, argv, "sluice " SLUICE_VERSION,
                                       sluice::app::RunCommand);
}
