// Sends bodies to a path that is not there, and good pushes on the same kept connection.
// Argument: URL.
const url = new URL(process.argv[2]);
const http = require(url.protocol === 'https:' ? 'https' : 'http');
const agent = new http.Agent({keepAlive: true, maxSockets: 1});

function send(path, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(
        new URL(path, url), {method: 'POST', agent, headers: {'Content-Length': body.length}},
        (response) => {
          let text = '';
          response.on('data', (piece) => text += piece);
          response.on('end', () => resolve(response.statusCode + ' ' + text.trim()));
        });
    request.on('error', reject);
    request.end(body);
  });
}

async function main() {
  for (let i = 0; i < 20; i++) {
    console.log(await send('/nowhere', Buffer.alloc(200000, '#')));
    console.log(await send('/metrics/job/node', Buffer.from('m 1\n')));
  }
  console.log(await send('/nowhere', Buffer.alloc(4000000, '#')));
}

main().catch((e) => {
  console.log(e);
  process.exit(1);
});
