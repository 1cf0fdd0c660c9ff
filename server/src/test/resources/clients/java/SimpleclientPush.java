import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import io.prometheus.client.Histogram;
import io.prometheus.client.Summary;
import io.prometheus.client.exporter.BasicAuthHttpConnectionFactory;
import io.prometheus.client.exporter.PushGateway;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;

/** Pushes with Java's older client, each way it knows. Arguments: URL [user password]. */
public final class SimpleclientPush {
  private SimpleclientPush() {}

  public static void main(String[] arguments) throws IOException {
    PushGateway gateway = new PushGateway(URI.create(arguments[0]).toURL());
    if (arguments.length > 1) {
      gateway.setConnectionFactory(
          new BasicAuthHttpConnectionFactory(arguments[1], arguments[2]));
    }
    CollectorRegistry registry = new CollectorRegistry();
    Counter.build("simpleclient_jobs_total", "Jobs done")
        .labelNames("kind")
        .register(registry)
        .labels("a \"quoted\"\nkind")
        .inc(3);
    Gauge.build("simpleclient_level", "A level").register(registry).set(-1.5);
    Summary.build("simpleclient_size_bytes", "Sizes").register(registry).observe(4);
    Histogram duration =
        Histogram.build("simpleclient_duration_seconds", "Durations")
            .buckets(0.1, 1)
            .register(registry);
    List.of(0.05, 0.5, 5.0).forEach(duration::observe);
    gateway.push(registry, "simpleclient");

    Map<String, String> key = Map.of("path", "/var/tmp", "empty", "");
    gateway.push(gauge("simpleclient_key", 1), "simpleclient_key", key);

    gateway.push(gauge("simpleclient_old", 1), "simpleclient_add");
    gateway.push(gauge("simpleclient_first", 1), "simpleclient_add");
    gateway.pushAdd(gauge("simpleclient_second", 2), "simpleclient_add");

    Map<String, String> gone = Map.of("path", "/");
    gateway.push(gauge("simpleclient_gone", 1), "simpleclient_gone", gone);
    gateway.delete("simpleclient_gone", gone);
  }

  private static Gauge gauge(String name, double value) {
    Gauge gauge = Gauge.build(name, "A gauge").create();
    gauge.set(value);
    return gauge;
  }
}
