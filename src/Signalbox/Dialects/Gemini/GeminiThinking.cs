using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Catalog;

namespace Signalbox.Dialects.Gemini;

/// <summary>The thinking config: a budget of tokens for models of version 2.5, a level from version 3, never both.</summary>
internal static class GeminiThinking
{
    private static readonly string[] Levels = ["minimal", "low", "medium", "high"];

    public static void Read(JsonElement config, ChatOptions options, ReadProblems problems)
    {
        var field = GeminiFields.Of(config, "thinkingConfig");
        if (problems.Object(config, field) is not { } thinking)
        {
            return;
        }

        problems.Enter(field);
        var level = problems.String(thinking, GeminiFields.Of(thinking, "thinkingLevel"))?.ToLowerInvariant();
        if (level is "thinking_level_unspecified" or "")
        {
            level = null;
        }

        Vocabulary.Set(options, Vocabulary.ThinkingBudget, problems.Int(thinking, GeminiFields.Of(thinking, "thinkingBudget")));
        Vocabulary.Set(options, Vocabulary.Effort, level);
        options.Reasoning = new ReasoningOptions
        {
            Effort = level switch
            {
                "minimal" or "low" => ReasoningEffort.Low,
                "medium" => ReasoningEffort.Medium,
                "high" => ReasoningEffort.High,
                _ => null,
            },
            Output = problems.Bool(thinking, GeminiFields.Of(thinking, "includeThoughts")) is true ? ReasoningOutput.Summary : ReasoningOutput.None,
        };
        problems.Leave();
    }

    public static void Write(OutboundRequest outbound, Utf8JsonWriter json)
    {
        var options = outbound.Request.Options;
        var effort = EffortOf(options);
        var budget = Vocabulary.Get<int?>(options.AdditionalProperties, Vocabulary.ThinkingBudget);
        if (effort is null && budget is null && options.Reasoning?.Output is null or ReasoningOutput.None)
        {
            return;
        }

        var isOff = budget is null ? effort == "none" : budget == 0;
        if (outbound.Capabilities.Reasoning == ReasoningKind.None)
        {
            if (!isOff)
            {
                outbound.Losses.Add("reasoning", LossKind.Dropped);
            }

            return;
        }

        json.WriteStartObject("thinkingConfig"u8);
        // Whoever asks a model to think can see its thoughts, unless they say that they do not want to.
        if (!isOff && options.Reasoning?.Output != ReasoningOutput.None)
        {
            json.WriteBoolean("includeThoughts"u8, true);
        }

        if (outbound.Capabilities.Reasoning == ReasoningKind.Budget)
        {
            WriteBudget(budget, effort, outbound, json);
        }
        else
        {
            WriteLevel(budget, effort, outbound, json);
        }

        json.WriteEndObject();
    }

    private static void WriteBudget(int? budget, string? effort, OutboundRequest outbound, Utf8JsonWriter json)
    {
        if (budget is null && effort is not null)
        {
            budget = ReasoningTable.BudgetOf(effort);
            if (effort != "none")
            {
                outbound.Losses.Add("reasoning", LossKind.Approximated);
            }
        }

        if (budget is not { } wanted)
        {
            return;
        }

        // -1 leaves the budget to the model, and every model takes it.
        var capabilities = outbound.Capabilities;
        var taken = wanted < 0 ? -1 : wanted;
        if (taken > 0 || (taken == 0 && !capabilities.ReasoningOff))
        {
            taken = Math.Max(capabilities.MinThinkingBudget ?? 0, Math.Min(capabilities.MaxThinkingBudget ?? int.MaxValue, taken));
        }

        if (taken != wanted)
        {
            outbound.Losses.Add("reasoning", LossKind.Approximated);
        }

        json.WriteNumber("thinkingBudget"u8, taken);
    }

    private static void WriteLevel(int? budget, string? effort, OutboundRequest outbound, Utf8JsonWriter json)
    {
        if (effort is null)
        {
            // A budget that is left to the model is what a model without a level does.
            if (budget is not >= 0)
            {
                return;
            }

            effort = ReasoningTable.EffortOf(budget.Value);
            outbound.Losses.Add("reasoning", LossKind.Approximated);
        }

        IReadOnlyList<string> known = outbound.Capabilities.Efforts.Count > 0 ? outbound.Capabilities.Efforts : Levels;
        if (!known.Contains(effort))
        {
            effort = ReasoningTable.Nearest(effort, known);
            outbound.Losses.Add("reasoning", LossKind.Approximated);
        }

        json.WriteString("thinkingLevel"u8, effort.ToUpperInvariant());
    }

    private static string? EffortOf(ChatOptions options) =>
        Vocabulary.Get<string>(options.AdditionalProperties, Vocabulary.Effort) ?? options.Reasoning?.Effort switch
        {
            ReasoningEffort.None => "none",
            ReasoningEffort.Low => "low",
            ReasoningEffort.Medium => "medium",
            ReasoningEffort.High => "high",
            ReasoningEffort.ExtraHigh => "xhigh",
            _ => null,
        };
}
