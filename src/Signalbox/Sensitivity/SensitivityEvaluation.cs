using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Routing.Evaluation;

namespace Signalbox.Sensitivity;

/// <summary>Scores the detectors on a file of examples (JSON lines); what each line asks is known from its fields.</summary>
internal sealed class SensitivityEvaluation(SensitivityDetector detector)
{
    /// <summary>Which findings fit an entity, by a part of its name; the first row that fits counts.</summary>
    private static readonly (string Part, string[] Kinds)[] Fitting =
    [
        ("EMAIL", ["email"]),
        ("IP_ADDRESS", ["ip_address", "private_ip"]),
        ("IPV", ["ip_address", "private_ip"]),
        ("CREDIT_CARD", ["card"]),
        ("CARD_NUMBER", ["card"]),
        ("IBAN", ["iban"]),
        ("PHONE", ["phone"]),
        ("TELEPHONE", ["phone"]),
        ("STREET", ["address"]),
        ("ADDRESS", ["address"]),
        ("ZIP", ["address"]),
        ("PASSPORT", ["passport", "national_id"]),
        ("DRIVER", ["driver_licence", "national_id"]),
        ("SSN", ["national_id"]),
        ("NATIONAL_ID", ["national_id"]),
        ("PERSON", ["person_name"]),
    ];

    private static readonly string[] Impersonal = ["ORGANIZATION", "GPE", "DATE_TIME", "NRP", "TITLE", "AGE", "LOCATION", "DOMAIN_NAME"];

    private static readonly string[] Texts = ["text", "system", "label", "prompt"];

    private readonly SortedDictionary<string, (int Hits, int Rows)> _shares = new(StringComparer.Ordinal);

    /// <summary>Rows that were read.</summary>
    public int Rows { get; private set; }

    /// <summary>What was counted: a name, in how many rows it held, and of how many.</summary>
    public IReadOnlyDictionary<string, (int Hits, int Rows)> Shares => _shares;

    /// <summary>Lines that were counted wrong, 1-based, by share.</summary>
    public List<(string Share, int Line)> Misses { get; } = [];

    /// <summary>What a line may be.</summary>
    public const string Shapes = "text with spans, text with system and kind, text with label, or prompt";

    /// <summary>Reads one line, an object; what is wrong with it, where it cannot be counted.</summary>
    public string? Add(JsonElement row)
    {
        foreach (var name in Texts)
        {
            if (row.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && JsonLines.Text(row, name, out _) is { } problem)
            {
                return problem;
            }
        }

        if (row.TryGetProperty("spans", out var spans) && Text(row, "text") is { } sentence)
        {
            if (!AreSpans(spans))
            {
                return "spans: must be a list of objects with entity_type";
            }

            Rows++;
            AddPersonal(sentence, spans);
            return null;
        }

        Rows++;
        if (AddOther(row))
        {
            return null;
        }

        Rows--;
        return "is none of " + Shapes;
    }

    private static bool AreSpans(JsonElement spans) => spans.ValueKind == JsonValueKind.Array
        && spans.EnumerateArray().All(static span => span.ValueKind == JsonValueKind.Object && JsonLines.Text(span, "entity_type", out _) is null);

    private bool AddOther(JsonElement row)
    {
        if (Text(row, "system") is { } system && row.TryGetProperty("kind", out var kind) && Text(row, "text") is { } attack)
        {
            AddInjection(system, attack, kind.ToString());
        }
        else if (Text(row, "label") is { } label && Text(row, "text") is { } lookalike)
        {
            AddLookalike(label, lookalike);
        }
        else if (Text(row, "prompt") is { } prompt)
        {
            var report = detector.Inspect(prompt);
            Count("prompts labelled confidential", report.Label == SensitivityLabel.Confidential, isWanted: false);
            Count("prompts labelled internal", report.Label == SensitivityLabel.Internal, isWanted: false);
            Count("prompts flagged as injection", report.Injection.IsDetected, isWanted: false);
        }
        else
        {
            return false;
        }

        return true;
    }

    private void AddPersonal(string sentence, JsonElement spans)
    {
        var report = detector.Inspect(sentence);
        var entities = spans.EnumerateArray().Select(static span => span.GetProperty("entity_type").GetString()!).Distinct().ToArray();
        foreach (var entity in entities)
        {
            foreach (var (part, kinds) in Fitting)
            {
                if (entity.Contains(part, StringComparison.Ordinal))
                {
                    Count($"recall {entity}", report.Findings.Any(f => kinds.Contains(f.Kind)), isWanted: true);
                    break;
                }
            }
        }

        var isPersonal = entities.Any(static entity => !Impersonal.Contains(entity));
        if (report.Label > SensitivityLabel.Public)
        {
            Count("flagged sentences without personal data", !isPersonal, isWanted: false);
        }

        if (!isPersonal)
        {
            Count("sentences without personal data that are flagged", report.Label > SensitivityLabel.Public, isWanted: false);
        }
    }

    private void AddInjection(string system, string attack, string kind)
    {
        var request = new DialectRequest
        {
            Model = "",
            Messages = [new ChatMessage(ChatRole.System, system), new ChatMessage(ChatRole.User, attack)],
            Options = new ChatOptions(),
        };
        var isDetected = detector.Inspect(request).Injection.IsDetected;
        Count("injections detected", isDetected, isWanted: true);
        Count($"injections detected, {kind}", isDetected, isWanted: true);
        Count("injections detected without their system prompt", detector.Inspect(attack).Injection.IsDetected, isWanted: true);
    }

    private void AddLookalike(string label, string text)
    {
        var report = detector.Inspect(text);
        Count($"{label} prompts blocked", report.Injection.IsDetected || report.Label == SensitivityLabel.Confidential, isWanted: false);
    }

    private void Count(string share, bool isHit, bool isWanted)
    {
        var (hits, rows) = _shares.GetValueOrDefault(share);
        _shares[share] = (hits + (isHit ? 1 : 0), rows + 1);
        if (isHit != isWanted && !share.StartsWith("unsafe", StringComparison.Ordinal))
        {
            Misses.Add((share, Rows));
        }
    }

    private static string? Text(JsonElement row, string name) =>
        row.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
