using Signalbox.Dialects;
using Signalbox.Dialects.Fields;
using Signalbox.Dialects.Ollama;
using Signalbox.Dialects.OpenAiChat;

namespace Signalbox.Tests.Dialects.Fields;

/// <summary>
/// Holds the ledger against the dialects themselves: a field is taken out of a request, and what the translation makes of the request
/// with and without it says whether the field was carried over.
/// </summary>
public sealed class LedgerTruthTests
{
    private static readonly Dictionary<string, string> Exempt = new()
    {
        ["model"] = "the gateway names the model",
        ["stream"] = "in the path for Gemini",
        ["stream_options"] = "the gateway asks for usage by itself",
        ["stream_options.include_usage"] = "the gateway asks for usage by itself",
        ["n"] = "Gemini is told 1, which is what it does by itself",
        ["contents[].parts[].thought"] = "without the mark the thought would be an answer",
        ["generationConfig.responseMimeType"] = "a row for all types but the two that samples can have",
    };

    private readonly FieldLedger _ledger = FieldLedger.Load();

    public static TheoryData<string, string> Pairs =>
        [.. from source in Sources from target in DialectSet.All where source.Family != target.Name select (source.Name, target.Name)];

    private static IEnumerable<IDialect> Sources => [.. DialectSet.All, LegacyCompletionsDialect.Instance, OllamaGenerateDialect.Instance];

    [Theory]
    [MemberData(nameof(Pairs))]
    public void The_ledger_says_what_the_translation_does(string source, string target)
    {
        var samples = SampleTranslation.Read(source);
        var (reader, writer) = (Sources.Single(dialect => dialect.Name == source), DialectSet.Find(target)!);
        var whole = samples.Select(sample => SampleTranslation.Translate(sample, reader, writer)).ToList();
        Assert.DoesNotContain(null, whole);

        var index = _ledger.TargetsOf(reader.Family, reader.Operation).ToList().IndexOf(target);
        var wrong = new List<string>();
        var rows = _ledger.RowsOf(reader.Family, FieldDirection.Request, reader.Operation).Where(row => row.Path.Value is null).ToList();
        foreach (var row in rows.Where(row => row.Own(index) is not null && !IsExempt(row) && !IsOnlyAFrame(row, index, rows)))
        {
            var (isFound, isRequired, isCarried, isReported) = Ablate(row.Path);
            var verdict = row.Own(index)!.Value;
            var says = verdict switch
            {
                { Verdict: Verdict.Refused } => null,
                _ when !isFound => "no sample has it",
                { Verdict: Verdict.Kept or Verdict.Mapped, IsSilent: false } when !isCarried && !isRequired => "it is not carried over",
                { Verdict: Verdict.Kept or Verdict.Mapped, IsSilent: true } when !isCarried && !isRequired && !isReported => "it is neither carried over nor reported by the writer",
                { Verdict: Verdict.Dropped } when isCarried => "it is carried over",
                _ => null,
            };
            if (says is not null)
            {
                wrong.Add($"{row.Path.Text} is {verdict.Verdict}, but {says}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));

        (bool IsFound, bool IsRequired, bool IsCarried, bool IsReported) Ablate(FieldPath path)
        {
            var (isFound, isRequired, isCarried, isReported) = (false, false, false, false);
            for (var i = 0; i < samples.Count; i++)
            {
                if (SampleTranslation.Without(samples[i], path) is { } less)
                {
                    var translation = SampleTranslation.Translate(less, reader, writer);
                    isFound = true;
                    // Without a field that its protocol requires there is nothing to compare; it is not left out, whatever it says.
                    isRequired |= translation is null;
                    isCarried |= translation is not null && translation.Body != whole[i]!.Body;
                    isReported |= translation is not null && translation.Losses != whole[i]!.Losses;
                }
            }

            return (isFound, isRequired, isCarried, isReported);
        }
    }

    /// <summary>Whether the row is about an object or list that is carried over only as far as the fields in it are.</summary>
    private static bool IsOnlyAFrame(FieldRow row, int target, List<FieldRow> rows) =>
        row.Own(target) is { CoversChildren: false } && rows.Exists(other => other.Path.Text.StartsWith(row.Path.Text, StringComparison.Ordinal) && other.Path.Text.Length > row.Path.Text.Length && (other.Path.Text[row.Path.Text.Length] is '.' or '['));

    // The tag of an only kind says nothing that could be lost; of a list of words the rows for single words speak.
    private static bool IsExempt(FieldRow row) => Exempt.ContainsKey(row.Path.Text) || row.Path.Steps[^1] is { Kind: FieldStepKind.Member, Text: "type" } or { Kind: FieldStepKind.Item, Text: "" };
}
