package io.holdfast.cluster.replication;

import static io.holdfast.cluster.replication.SimulatedCluster.MILLI;
import static io.holdfast.cluster.replication.SimulatedCluster.SECOND;

import io.holdfast.cluster.replication.SimulatedNode.Life;
import io.holdfast.storage.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Jobs of three clients that push and delete one after the other, each time through any node. Some
 * of their requests are late.
 */
final class RegisterJobs {
  private static final int CLIENTS = 3;
  private static final int REGISTERS_PER_CLIENT = 2;

  private final SimulatedCluster cluster;
  private final Clients clients;
  private final Promises promises;
  private final LateRequests late;
  private final RandomGenerator random;

  RegisterJobs(SimulatedCluster cluster, Clients clients, Promises promises, LateRequests late) {
    this.cluster = cluster;
    this.clients = clients;
    this.promises = promises;
    this.late = late;
    this.random = cluster.random;
  }

  void start() {
    for (int client = 0; client < CLIENTS; client++) {
      List<Register> own = new ArrayList<>();
      for (int i = 0; i < REGISTERS_PER_CLIENT; i++) {
        Register register = new Register("c" + client + "r" + i);
        own.add(register);
        promises.add(register);
      }
      cluster.at(random.nextLong(SECOND), () -> change(own));
    }
  }

  private void change(List<Register> own) {
    SimulatedNode node = cluster.anyNode();
    Life life = node.life;
    if (!clients.mayChange() || life == null) {
      if (!cluster.isQuiet()) {
        cluster.at(random.nextLong(300 * MILLI), () -> change(own));
      }
      return;
    }
    Register register = own.get(random.nextInt(own.size()));
    Integer value = random.nextInt(5) == 0 ? null : register.nextValue();
    Register.Operation operation = register.ask(value, cluster.time.now());
    Change change =
        value == null ? new Change.Delete(Clients.key(register.job)) : push(register.job, value);
    long patience = clients.patience();
    clients.request(
        life,
        late.request(operation, node, cluster.time.now() + patience),
        patience,
        change,
        isAcknowledged -> {
          cluster.tell(
              register.job
                  + " = "
                  + value
                  + (isAcknowledged ? " acknowledged" : " unknown")
                  + ", asked at "
                  + operation.askedAt / MILLI);
          if (isAcknowledged) {
            promises.acknowledge(register, operation);
          }
          // A client that got no answer waits a moment.
          long pause = isAcknowledged ? random.nextLong(400 * MILLI) : SECOND;
          cluster.at(pause, () -> change(own));
        });
  }

  private Change push(String job, int value) {
    boolean replaces = random.nextBoolean();
    String body = "# TYPE value gauge\nvalue " + value + "\n";
    if (random.nextInt(4) == 0) {
      body += "# TYPE other gauge\nother " + value + "\n";
    }
    return clients.prepared(job, replaces, body);
  }
}
