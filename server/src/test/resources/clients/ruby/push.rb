# Pushes with a Ruby client, each way it knows. Arguments: URL [user password].

require 'base64'
require 'prometheus/client'
require 'prometheus/client/push'

# It takes credentials from the URL, and an additional CA from SSL_CERT_FILE.
def pusher(job)
  url, user, password = ARGV
  gateway = user ? url.sub('//', "//#{user}:#{password}@") : url
  Prometheus::Client::Push.new(job: job, gateway: gateway)
end

# This client knows no grouping key but job and instance. It escapes the slashes of a job, and paths
# are split after they are unescaped, so that more labels fit in there.
def with_labels(job, labels)
  job + labels.map { |name, value|
    encoded = Base64.urlsafe_encode64(value)
    "/#{name}@base64/#{encoded.empty? ? '=' : encoded}"
  }.join
end

def gauge(name, value)
  registry = Prometheus::Client::Registry.new
  registry.gauge(name, 'A gauge').set({}, value)
  registry
end

def check(answer)
  abort "#{answer.code} #{answer.body}" unless answer.is_a?(Net::HTTPSuccess)
end

# No summary and no histogram: Debian's version of this client fails to write them.
everything = Prometheus::Client::Registry.new
everything.counter(:ruby_jobs_total, 'Jobs done').increment({ kind: "a \"quoted\"\nkind" }, 3)
everything.gauge(:ruby_level, 'A level').set({}, -1.5)
check pusher('ruby').replace(everything)

key = with_labels('ruby_key', 'path' => '/var/tmp', 'empty' => '')
check pusher(key).replace(gauge(:ruby_key, 1))

check pusher('ruby_add').replace(gauge(:ruby_old, 1))
check pusher('ruby_add').replace(gauge(:ruby_first, 1))
check pusher('ruby_add').add(gauge(:ruby_second, 2))

gone = with_labels('ruby_gone', 'path' => '/')
check pusher(gone).replace(gauge(:ruby_gone, 1))
check pusher(gone).delete
