package io.holdfast.cluster.replication;

import static io.holdfast.cluster.replication.SimulatedCluster.SECOND;

import io.holdfast.cluster.replication.SimulatedNode.Life;
import io.holdfast.storage.Change;
import java.util.List;

/** Jobs whose pushes conflict, through two nodes at once: no client may rely on either. */
final class ConflictingJobs {
  private final SimulatedCluster cluster;
  private final Clients clients;

  ConflictingJobs(SimulatedCluster cluster, Clients clients) {
    this.cluster = cluster;
    this.clients = clients;
  }

  void start() {
    cluster.at(5 * SECOND, this::conflict);
  }

  private void conflict() {
    if (cluster.isQuiet()) {
      return;
    }
    for (String type : List.of("gauge", "counter")) {
      Life life = cluster.anyLife();
      if (life != null) {
        String job = "conflict_" + type;
        String body = "# TYPE conflicting " + type + "\nconflicting{job=\"x\"} 1\n";
        clients.submit(life, clients.prepared(job, false, body), isAcknowledged -> {});
        if (cluster.random.nextInt(3) == 0) {
          clients.submit(life, new Change.Delete(Clients.key(job)), isAcknowledged -> {});
        }
      }
    }
    cluster.at(cluster.random.nextLong(5 * SECOND), this::conflict);
  }
}
