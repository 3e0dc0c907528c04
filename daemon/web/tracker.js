/* What shops put on their pages: sends footfall what a visitor does there. What it is told by is in
 * README.md, "On your pages". scripts/minify makes tracker.min.js of it, which is what is served.
 *
 * It changes nothing on the page but window.footfall and two functions of history, and keeps nothing in
 * the browser unless it is asked for a cookie. */
(function () {
    "use strict";
    const script = document.currentScript, given = script.dataset;
    const to = given.to || new URL(script.src).origin + "/v1/events";
    const searchNames = ("search" in given ? given.search : "q s search query keyword keywords").split(/[ ,]+/);
    const leastMs = 100; // of engagement, for a ping of its own
    const common = {};   // fields of every event
    let gathered = [];   // events as JSON, in their order, that wait to be sent
    let timer;           // of the sending
    let page;            // URL of the newest view
    let anew;            // the next view is one, whatever its URL
    let cameBack;        // to the page as it is now: that is no new search
    const seen = {};     // URLs of all views
    let engagedMs = 0;   // time in view that no ping has told yet,
    let inViewSince;     // and since when it goes on; -1: out of view

    function randomId() {
        return crypto.getRandomValues(new Uint32Array(4)).join("-");
    }

    // The id in our cookie, which lasts a year from now; a new one where there is none.
    function cookieId() {
        const found = /(?:^|; )footfall=([^;]+)/.exec(document.cookie), id = found ? found[1] : randomId();
        document.cookie = "footfall=" + id + ";path=/;max-age=31536000;samesite=lax" +
            (location.protocol == "https:" ? ";secure" : "");
        return id;
    }

    function setCommon(fields) {
        Object.assign(common, fields);
        if (common.visitor == "cookie")
            common.visitor = cookieId();
    }

    // As JSON at once: the page may go on to change what it gave us. What is undefined stays out of it.
    function gather(type, fields) {
        gathered.push(JSON.stringify(Object.assign({type, id: randomId(), url: page}, common, fields)));
        sendSoon();
    }

    // Soon and not at once: a page changes its title after its URL, and events of one moment keep their
    // order only within one request.
    function sendSoon() {
        timer = timer || setTimeout(send);
    }

    // Bodies that could be beyond the 64 KiB which may outlive a page are sent without outliving it.
    function send() {
        view();
        timer = 0;
        if (!gathered[0])
            return;
        const body = "[" + gathered + "]";
        gathered = [];
        if (!navigator.sendBeacon || !navigator.sendBeacon(to, body))
            fetch(to, {method: "POST", body, keepalive: body.length < 2e4}).catch(() => 0);
    }

    // Tells for how long the page has been in view since that was last told.
    function tellEngagement() {
        const now = performance.now();
        if (inViewSince >= 0)
            engagedMs += now - inViewSince;
        inViewSince = document.visibilityState == "visible" ? now : -1;
        if (engagedMs >= leastMs) {
            gather("ping", {engaged_ms: Math.round(engagedMs)});
            engagedMs = 0;
        }
    }

    function leave() {
        tellEngagement();
        send();
    }

    // What is searched for at a URL, also behind a '#', where some shops have their routes.
    function termOf(url) {
        const parameters = new URLSearchParams(url.split(/[?#]/).slice(1).join("&"));
        return searchNames.map(name => parameters.get(name)).find(Boolean);
    }

    // What stands behind '#' is a place in the page, but for routes: "#/..." and "#!...".
    function urlNow() {
        return location.href.replace(/#(?![!/]).*/, "");
    }

    // A view, where the URL is another than that of the newest one. The further pages of a search are no
    // further search.
    function view() {
        const url = urlNow(), referrer = page || document.referrer, term = !cameBack && termOf(url);
        cameBack = 0;
        if (url == page && !anew)
            return;
        tellEngagement();
        anew = 0;
        page = url;
        seen[url] = 1;
        gather("page_view", {title: document.title, referrer});
        if (term && term != termOf(referrer))
            gather("search", {term});
    }

    // What the page calls.
    function footfall(type, fields) {
        if (type == "set")
            return setCommon(fields);
        view();
        gather(type, fields);
    }

    function wrap(name) {
        const original = history[name];
        history[name] = function () {
            const result = original.apply(this, arguments);
            sendSoon();
            return result;
        };
    }

    function start() {
        const stub = window.footfall || 0;
        if (stub.runs)
            return;
        cameBack = /back|reload/.test((performance.getEntriesByType("navigation")[0] || 0).type);
        footfall.runs = 1;
        window.footfall = footfall;
        // A browser that is driven says so, and nothing where it is not.
        setCommon({site: given.site, visitor: given.visitor, customer: given.customer,
            webdriver: navigator.webdriver || undefined});
        (stub.q || []).forEach(call => footfall.apply(0, call));
        send();
        wrap("pushState");
        wrap("replaceState");
        addEventListener("popstate", () => {
            cameBack = seen[urlNow()]; // it also tells of the way forward, by "#..."
            sendSoon();
        });
        document.addEventListener("visibilitychange", leave);
        addEventListener("pagehide", () => {
            leave();
            inViewSince = -1; // not all browsers say that it is hidden, too
        });
        addEventListener("pageshow", event => {
            if (event.persisted) { // out of the browser's cache, as it was left
                anew = 1;
                send();
            }
        });
    }

    if (document.prerendering) // nobody has seen it yet
        document.addEventListener("prerenderingchange", start, {once: true});
    else
        start();
})();
