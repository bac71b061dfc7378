using System.Net;
using System.Text;

namespace CasaWrapperKernel.Crashes;

/// <summary>
/// A story as it stands under a cell: one line that unfolds. Front ends strip scripts and style elements, so details
/// elements with inline styles do the folding.
/// </summary>
internal static class StoryHtml
{
    private const string Red = "#e53935";
    private const string Summary = "<summary style=\"cursor: pointer; color: ";
    private const string Pre = "<pre style=\"font-family: monospace; font-size: 85%; line-height: 1.35; "
        + "margin: 0 0 6px 1em; padding: 0; max-height: 28em; overflow: auto; white-space: pre-wrap\">";

    private static readonly string[] Open = ["What to do"];

    public static string Of(Story story)
    {
        var html = new StringBuilder($"<details>{Summary}{Red}\"><b>{Encoded(story.Summary)}</b> ");
        html.Append('(').Append(StoryPart.Time(story.Ended)).Append(")</summary>");
        html.Append("<div style=\"margin: 4px 0; padding: 6px; border: 1px solid #8e8e8e\">");
        foreach (var part in StoryPart.Of(story))
        {
            html.Append(Open.Contains(part.Title) ? "<details open>" : "<details>").Append(Summary)
                .Append("inherit\">").Append(Encoded(part.Title)).Append("</summary>")
                .Append(Pre).Append(Encoded(part.Text)).Append("</pre></details>");
        }

        html.Append("<i>").Append(Encoded(
            "'casa-kernel crash' prints this again, and says what of it is safe to send to others."));
        return html.Append("</i></div></details>").ToString();
    }

    private static string Encoded(string text) => WebUtility.HtmlEncode(text);
}
