// Sends beacons with Node's two HTTP clients to the daemon at argv[2], as the agent argv[3]; prints what it was answered.
import http from "node:http";
import zlib from "node:zlib";

const [to, userAgent] = process.argv.slice(2);
const view = site => JSON.stringify({type: "page_view", site, visitor: "node"});
const agent = new http.Agent({keepAlive: true, maxSockets: 1});

function ask(options, body) {
    return new Promise((resolve, reject) => {
        const request = http.request(`${to}${options.path}`, {agent, ...options}, answer => {
            const parts = [];
            answer.on("data", part => parts.push(part));
            answer.on("end", () => resolve({status: answer.statusCode, bytes: Buffer.concat(parts).length,
                                            reused: request.reusedSocket}));
        });
        request.on("error", reject);
        options.headers?.Expect ? request.on("continue", () => request.end(body)) : request.end(body);
    });
}

const named = {"User-Agent": userAgent};
const json = {...named, "Content-Type": "application/json"};
const post = {method: "POST", path: "/v1/events"};
const saw = {
    length: await ask({...post, headers: {...json, "Content-Length": Buffer.byteLength(view("http"))}}, view("http")),
    chunked: await ask({...post, headers: {...json, "Transfer-Encoding": "chunked"}}, view("http")),
    gzip: await ask({...post, headers: {...json, "Content-Encoding": "gzip"}}, zlib.gzipSync(view("http"))),
    continued: await ask({...post, headers: {...json, Expect: "100-continue"}}, view("http")),
    refused: await ask({...post, headers: json}, "{"),
    picture: await ask({method: "GET", headers: named, path: "/v1/pixel.gif?type=page_view&site=http&visitor=node"}),
    head: await ask({method: "HEAD", headers: named, path: "/v1/pixel.gif?type=page_view&site=http&visitor=node"}),
};
agent.destroy();
saw.fetch = (await Promise.all(Array.from({length: 20}, () =>
    fetch(`${to}/v1/events`, {method: "POST", body: view("fetch"), headers: json})))).map(a => a.status);
saw.stream = (await fetch(`${to}/v1/events`, {
    method: "POST", duplex: "half", headers: json, body: new Blob([view("fetch")]).stream()})).status;
console.log(JSON.stringify(saw));
