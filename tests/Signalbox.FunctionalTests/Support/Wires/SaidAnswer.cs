using System.Globalization;
using System.Text.RegularExpressions;

namespace Signalbox.FunctionalTests.Support.Wires;

/// <summary>The sample answer of a protocol with a text and token counts of its own.</summary>
internal sealed partial record SaidAnswer(string First, string Second, int Input, int Output)
{
    public string Text => First + Second;

    public string Complete(Wire wire) => Say(wire.Complete);

    public IReadOnlyList<string> Pieces(Wire wire) => [.. wire.Pieces.Select(Say)];

    private string Say(string sample)
    {
        var said = sample
            .Replace("\"Hello there\"", $"\"{Text}\"", StringComparison.Ordinal)
            .Replace("\"Hello\"", $"\"{First}\"", StringComparison.Ordinal)
            .Replace("\" there\"", $"\"{Second}\"", StringComparison.Ordinal);
        said = InputCount().Replace(said, match => match.Groups[1].Value + Input.ToString(CultureInfo.InvariantCulture));
        said = OutputCount().Replace(said, match => match.Groups[1].Value + Output.ToString(CultureInfo.InvariantCulture));
        return TotalCount().Replace(said, match => match.Groups[1].Value + (Input + Output).ToString(CultureInfo.InvariantCulture));
    }

    [GeneratedRegex("(\"(?:prompt_tokens|input_tokens|promptTokenCount|prompt_eval_count)\":)9\\b")]
    private static partial Regex InputCount();

    [GeneratedRegex("(\"(?:completion_tokens|output_tokens|candidatesTokenCount|eval_count)\":)2\\b")]
    private static partial Regex OutputCount();

    [GeneratedRegex("(\"(?:total_tokens|totalTokenCount)\":)11\\b")]
    private static partial Regex TotalCount();
}
