package io.holdfast.server.it;

import java.io.IOException;
import java.nio.file.Path;

/**
 * One node behaves like the Pushgateway.
 *
 * <p>{@code -Dholdfast.it.subject=pushgateway} puts a second real one in Holdfast's place, to try
 * the corpus itself: then the sequences with an expectation of their own must differ, or they would
 * not need it.
 */
final class DifferentialIT extends DifferentialContract {
  @Override
  ServerProcess startSubject(Processes processes, Path directory) throws IOException {
    return processes.holdfast(directory, "--web.enable-admin-api");
  }
}
