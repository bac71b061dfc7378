namespace CasaWrapperKernel.Logs.Rendering;

/// <summary>
/// What scripts add to a log block where they may run: a search box, and that an update neither folds what the reader
/// has opened nor moves what he reads. Where they may not, the block is whole without.
/// </summary>
internal static class LogScript
{
    // One string for every block: the notebook holds it once for each cell that logs, so it is kept short.
    public const string Element = """
        <script>(() => {
        const self = document.currentScript, block = "[id^=casa-log-]";
        // VS Code runs it beside the block, not in it.
        const root = self && (self.closest(block) || self.parentElement.querySelector(block));
        if (!root) return;
        const all = window.casaKernelLogs = window.casaKernelLogs || {};
        const kept = all[root.id] = all[root.id] || {open: {}, query: "", top: null};
        root.querySelectorAll("details").forEach(part => {
          const key = part.dataset.key;
          if (key in kept.open) part.open = kept.open[key];
          part.firstElementChild.addEventListener("click", () => kept.open[key] = !part.open);
        });
        const box = root.querySelector("details > div");
        const follow = () => box.scrollTop = kept.top === null ? box.scrollHeight : kept.top;
        box.addEventListener("scroll", () => {
          kept.top = box.scrollTop + box.clientHeight > box.scrollHeight - 4 ? null : box.scrollTop;
        });
        const search = document.createElement("input");
        Object.assign(search, {type: "search", placeholder: "Search this log", value: kept.query});
        search.style.cssText = "margin: 4px 0; font: inherit; color: inherit; background: transparent; border: 1px solid #8e8e8e";
        box.before(search);
        const texts = Array.from(box.querySelectorAll("pre"), pre =>
          ({pre, html: pre.innerHTML.split("\n"), text: pre.textContent.toLowerCase().split("\n")}));
        const filter = () => {
          kept.query = search.value;
          const wanted = search.value.toLowerCase();
          texts.forEach(({pre, html, text}) => {
            const shown = [];
            for (let i = 0, end; i < text.length; i = end) {
              for (end = i + 1; end < text.length && text[end].startsWith("        "); end++);
              if (text.slice(i, end).join("\n").includes(wanted)) shown.push(...html.slice(i, end));
            }
            pre.innerHTML = shown.join("\n");
            (pre.closest("details details") || pre).style.display = shown.length || !wanted ? "" : "none";
          });
        };
        search.addEventListener("input", filter);
        search.addEventListener("keydown", event => event.stopPropagation());
        if (kept.query) filter();
        kept.live = kept.live || root.dataset.live;
        if (kept.live) setTimeout(follow);
        })()</script>
        """;
}
