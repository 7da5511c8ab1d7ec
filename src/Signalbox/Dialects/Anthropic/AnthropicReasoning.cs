using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Catalog;
using Signalbox.Dialects.OpenAiChat;

namespace Signalbox.Dialects.Anthropic;

/// <summary>How a request asks for thinking.</summary>
internal enum ThinkingMode
{
    /// <summary>Not said; the model's default holds.</summary>
    Unset,
    Disabled,
    /// <summary>A budget of tokens (up to Claude 4.6).</summary>
    Manual,
    /// <summary>The model decides, guided by an effort (from Claude 4.6).</summary>
    Adaptive,
}

/// <summary>What a request says about thinking, as far as this model takes it.</summary>
internal readonly record struct ThinkingPlan(ThinkingMode Mode, int Budget = 0, string? Effort = null)
{
    public bool Thinks => Mode is ThinkingMode.Manual or ThinkingMode.Adaptive;
}

/// <summary>Reads and writes thinking and effort; which of the two a model takes depends on its version.</summary>
internal static class AnthropicReasoning
{
    private const int LeastBudget = 1024;

    /// <summary>What every model with efforts takes, where the catalog does not say more.</summary>
    private static readonly string[] CommonEfforts = ["low", "medium", "high"];

    public static void Read(JsonElement body, ChatOptions options, ReadProblems problems)
    {
        string? effort = null;
        if (problems.Object(body, "output_config") is { } config)
        {
            problems.Enter("output_config");
            effort = problems.String(config, "effort");
            problems.Leave();
        }

        if (problems.Object(body, "thinking") is { } thinking)
        {
            problems.Enter("thinking");
            ReadThinking(thinking, ref effort, options, problems);
            problems.Leave();
        }
        else
        {
            OpenAiShared.SetEffort(options, effort);
        }
    }

    private static void ReadThinking(JsonElement thinking, ref string? effort, ChatOptions options, ReadProblems problems)
    {
        int? budget = null;
        switch (problems.String(thinking, "type", required: true))
        {
            case "enabled":
                budget = problems.Int(thinking, "budget_tokens");
                if (budget is null or < 0)
                {
                    problems.Fail("budget_tokens", "must be a number of tokens");
                }

                break;
            case "disabled":
                effort = "none";
                break;
            case "adaptive" when effort is null:
                budget = -1;
                break;
        }

        OpenAiShared.SetEffort(options, effort);
        Vocabulary.Set(options, Vocabulary.ThinkingBudget, budget);
        if (problems.String(thinking, "display") is { } display)
        {
            (options.Reasoning ??= new ReasoningOptions()).Output = display == "omitted" ? ReasoningOutput.None : ReasoningOutput.Summary;
        }
    }

    /// <summary>Decides what can be asked of this model, and reports what cannot.</summary>
    public static ThinkingPlan Plan(OutboundRequest outbound, int maxTokens)
    {
        var options = outbound.Request.Options;
        var effort = OpenAiShared.EffortOf(options);
        var budget = Vocabulary.Get<int?>(options.AdditionalProperties, Vocabulary.ThinkingBudget);
        if (effort is null && budget is null)
        {
            return default;
        }

        var capabilities = outbound.Capabilities;
        if (budget == 0 || (budget is null && effort == "none"))
        {
            return PlanOff(outbound);
        }

        switch (capabilities.Reasoning)
        {
            case ReasoningKind.None or ReasoningKind.Always:
                outbound.Losses.Add("reasoning", LossKind.Dropped);
                return default;
            case ReasoningKind.Budget or ReasoningKind.Toggle:
                return PlanManual(outbound, maxTokens, budget, effort);
            default:
                return PlanEffort(outbound, budget, effort);
        }
    }

    /// <summary>A model that cannot help thinking is asked to think as little as it can.</summary>
    private static ThinkingPlan PlanOff(OutboundRequest outbound)
    {
        var capabilities = outbound.Capabilities;
        if (capabilities.ReasoningOff)
        {
            return new ThinkingPlan(ThinkingMode.Disabled);
        }

        if (capabilities is { ReasonsByDefault: false, Reasoning: not ReasoningKind.Always })
        {
            return default;
        }

        outbound.Losses.Add("reasoning", LossKind.Approximated);
        var adaptive = capabilities.Reasoning == ReasoningKind.Adaptive;
        var least = Array.Find([.. capabilities.Efforts], static effort => effort != "none");
        return new ThinkingPlan(adaptive ? ThinkingMode.Adaptive : ThinkingMode.Unset, Effort: least);
    }

    private static ThinkingPlan PlanManual(OutboundRequest outbound, int maxTokens, int? budget, string? effort)
    {
        var losses = outbound.Losses;

        // A forced tool and a tool loop that was not thought about both exclude manual thinking; thinking is the smaller loss.
        if (outbound.Request.Options.ToolMode is RequiredChatToolMode || !BeganWithThinking(outbound.Request.Messages))
        {
            losses.Add("reasoning", LossKind.Dropped);
            return default;
        }

        var tokens = budget is > 0 and var stated ? stated : ReasoningTable.BudgetOf(effort is null or "none" ? "medium" : effort);
        var least = outbound.Capabilities.MinThinkingBudget ?? LeastBudget;
        tokens = Math.Clamp(tokens, least, Math.Max(least, outbound.Capabilities.MaxThinkingBudget ?? int.MaxValue));
        if (tokens >= maxTokens)
        {
            // The budget is part of the output limit; a quarter is left for the answer.
            tokens = Math.Max(least, maxTokens - (maxTokens / 4));
        }

        if (tokens >= maxTokens)
        {
            losses.Add("reasoning", LossKind.Dropped);
            return default;
        }

        if (tokens != budget)
        {
            losses.Add("reasoning", LossKind.Approximated);
        }

        var known = outbound.Capabilities.Efforts;
        return new ThinkingPlan(ThinkingMode.Manual, tokens, budget > 0 && effort is not null && known.Contains(effort) ? effort : null);
    }

    private static ThinkingPlan PlanEffort(OutboundRequest outbound, int? budget, string? effort)
    {
        var adaptive = outbound.Capabilities.Reasoning == ReasoningKind.Adaptive;
        if (budget > 0)
        {
            effort = effort is null or "none" ? ReasoningTable.EffortOf(budget.Value) : effort;
            outbound.Losses.Add("reasoning", LossKind.Approximated);
        }
        else if (effort is null)
        {
            return new ThinkingPlan(adaptive ? ThinkingMode.Adaptive : ThinkingMode.Unset);
        }

        var known = outbound.Capabilities.Efforts is { Count: > 0 } stated ? stated : CommonEfforts;
        if (!known.Contains(effort))
        {
            effort = ReasoningTable.Nearest(effort, known);
            outbound.Losses.Add("reasoning", LossKind.Approximated);
        }

        if (effort == "none")
        {
            return new ThinkingPlan(ThinkingMode.Disabled);
        }

        return new ThinkingPlan(adaptive ? ThinkingMode.Adaptive : ThinkingMode.Unset, Effort: effort);
    }

    /// <summary>
    /// With manual thinking the last assistant turn must begin with its signed thoughts if it called a tool or is to be
    /// continued. Thoughts of other providers cannot be sent.
    /// </summary>
    private static bool BeganWithThinking(List<ChatMessage> messages)
    {
        var last = messages.Count - 1;
        while (last >= 0 && messages[last].Role != ChatRole.Assistant)
        {
            last--;
        }

        if (last < 0)
        {
            return true;
        }

        var first = last;
        while (first > 0 && messages[first - 1].Role == ChatRole.Assistant)
        {
            first--;
        }

        var calls = false;
        for (var i = first; i <= last; i++)
        {
            foreach (var content in messages[i].Contents)
            {
                calls |= content is FunctionCallContent;
            }
        }

        return (!calls && last < messages.Count - 1)
            || (messages[first].Contents is [TextReasoningContent { ProtectedData: not null } thought, ..] && AnthropicFields.IsOwn(thought));
    }

    public static void WriteThinking(ThinkingPlan plan, ChatOptions options, Utf8JsonWriter json)
    {
        if (plan.Mode == ThinkingMode.Unset)
        {
            return;
        }

        json.WriteStartObject("thinking"u8);
        switch (plan.Mode)
        {
            case ThinkingMode.Disabled:
                json.WriteString("type"u8, "disabled"u8);
                break;
            case ThinkingMode.Manual:
                json.WriteString("type"u8, "enabled"u8);
                json.WriteNumber("budget_tokens"u8, plan.Budget);
                break;
            default:
                json.WriteString("type"u8, "adaptive"u8);
                break;
        }

        if (plan.Mode != ThinkingMode.Disabled && options.Reasoning?.Output is { } output)
        {
            json.WriteString("display"u8, output == ReasoningOutput.None ? "omitted"u8 : "summarized"u8);
        }

        json.WriteEndObject();
    }
}
