package io.holdfast.server.it;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;

/**
 * Three nodes behind a balancer behave like one Pushgateway: each request, and each scrape, goes to
 * the next node.
 */
@Tag("cluster")
final class ClusterDifferentialIT extends DifferentialContract {
  @Override
  ServerProcess startSubject(Processes processes, Path directory) throws IOException {
    return Cluster.start(processes, directory, "--web.enable-admin-api").balancer();
  }
}
