using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;

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

    private readonly SortedDictionary<string, (int Hits, int Rows)> _shares = new(StringComparer.Ordinal);

    /// <summary>Rows that were read.</summary>
    public int Rows { get; private set; }

    /// <summary>What was counted: a name, in how many rows it held, and of how many.</summary>
    public IReadOnlyDictionary<string, (int Hits, int Rows)> Shares => _shares;

    /// <summary>Lines that were counted wrong, 1-based, by share.</summary>
    public List<(string Share, int Line)> Misses { get; } = [];

    /// <summary>Reads one line; false where it is none of the known kinds.</summary>
    public bool Add(JsonElement row)
    {
        if (row.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        Rows++;
        if (row.TryGetProperty("spans", out var spans) && Text(row, "text") is { } sentence)
        {
            AddPersonal(sentence, spans);
        }
        else if (Text(row, "system") is { } system && row.TryGetProperty("kind", out var kind) && Text(row, "text") is { } attack)
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
            Rows--;
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
