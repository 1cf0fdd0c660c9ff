import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.Summary;
import io.prometheus.metrics.exporter.pushgateway.PushGateway;
import io.prometheus.metrics.exporter.pushgateway.Scheme;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.URI;
import java.util.List;

/** Pushes with Java's client, each way it knows. Arguments: URL [user password]. */
public final class ClientJavaPush {
  private final String[] arguments;

  private ClientJavaPush(String[] arguments) {
    this.arguments = arguments;
  }

  public static void main(String[] arguments) throws IOException {
    new ClientJavaPush(arguments).push();
  }

  private void push() throws IOException {
    PrometheusRegistry registry = new PrometheusRegistry();
    Counter.builder()
        .name("java_jobs_total")
        .labelNames("kind")
        .register(registry)
        .labelValues("a \"quoted\"\nkind")
        .inc(3);
    Gauge.builder().name("java_level").register(registry).set(-1.5);
    Summary.builder().name("java_size_bytes").register(registry).observe(4);
    Histogram duration =
        Histogram.builder()
            .name("java_duration_seconds")
            .classicUpperBounds(0.1, 1)
            .register(registry);
    List.of(0.05, 0.5, 5.0).forEach(duration::observe);
    pusher("java").registry(registry).build().push();

    pusher("java_key")
        .groupingKey("path", "/var/tmp")
        .groupingKey("empty", "")
        .registry(gauge("java_key", 1))
        .build()
        .push();

    pusher("java_add").registry(gauge("java_old", 1)).build().push();
    pusher("java_add").registry(gauge("java_first", 1)).build().push();
    pusher("java_add").registry(gauge("java_second", 2)).build().pushAdd();

    PushGateway gone =
        pusher("java_gone").groupingKey("path", "/").registry(gauge("java_gone", 1)).build();
    gone.push();
    gone.delete();
  }

  private PushGateway.Builder pusher(String job) {
    URI uri = URI.create(arguments[0]);
    PushGateway.Builder builder =
        PushGateway.builder()
            .scheme(Scheme.fromString(uri.getScheme()))
            .address(uri.getAuthority())
            .job(job);
    return arguments.length > 1 ? builder.basicAuth(arguments[1], arguments[2]) : builder;
  }

  private static PrometheusRegistry gauge(String name, double value) {
    PrometheusRegistry registry = new PrometheusRegistry();
    Gauge.builder().name(name).register(registry).set(value);
    return registry;
  }
}
