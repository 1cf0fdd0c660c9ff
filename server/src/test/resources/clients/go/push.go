// Pushes with the official Go client, each way it knows. Arguments: URL [user password].
package main

import (
	"log"
	"os"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/push"
)

// Reads an additional CA from SSL_CERT_FILE by itself.
func pusher(job string, collectors ...prometheus.Collector) *push.Pusher {
	pusher := push.New(os.Args[1], job)
	if len(os.Args) > 2 {
		pusher.BasicAuth(os.Args[2], os.Args[3])
	}
	for _, collector := range collectors {
		pusher.Collector(collector)
	}
	return pusher
}

func gauge(name string, value float64) prometheus.Collector {
	gauge := prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: "A gauge"})
	gauge.Set(value)
	return gauge
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	jobs := prometheus.NewCounterVec(
		prometheus.CounterOpts{Name: "go_jobs_total", Help: "Jobs done"}, []string{"kind"})
	jobs.WithLabelValues("a \"quoted\"\nkind").Add(3)
	size := prometheus.NewSummary(prometheus.SummaryOpts{Name: "go_size_bytes", Help: "Sizes"})
	size.Observe(4)
	duration := prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "go_duration_seconds", Help: "Durations", Buckets: []float64{0.1, 1}})
	for _, seconds := range []float64{0.05, 0.5, 5} {
		duration.Observe(seconds)
	}
	must(pusher("go", jobs, gauge("go_level", -1.5), size, duration).Push())

	must(pusher("go_key", gauge("go_key", 1)).
		Grouping("path", "/var/tmp").Grouping("empty", "").Push())

	must(pusher("go_add", gauge("go_old", 1)).Push())
	must(pusher("go_add", gauge("go_first", 1)).Push())
	must(pusher("go_add", gauge("go_second", 2)).Add())

	must(pusher("go_gone", gauge("go_gone", 1)).Grouping("path", "/").Push())
	must(pusher("go_gone").Grouping("path", "/").Delete())
}
