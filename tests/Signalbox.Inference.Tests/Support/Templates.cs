using Signalbox.Inference.ChatTemplates;
using Signalbox.Inference.ChatTemplates.Jinja;
using Signalbox.Inference.Tokenization;

namespace Signalbox.Inference.Tests.Support;

/// <summary>Templates rendered for a test.</summary>
internal static class Templates
{
    public static string Render(string template, params (string Name, object? Value)[] variables)
    {
        var (text, fault) = TryRender(template, variables);
        Assert.Null(fault);
        return text!;
    }

    public static (string? Text, EngineFault? Fault) TryRender(string template, params (string Name, object? Value)[] variables)
    {
        if (!JinjaTemplate.TryParse(template, out var parsed, out var fault))
        {
            return (null, fault);
        }

        var budget = JinjaBudget.For(template.Length, 1000, 10);
        parsed.TryRender(variables.Select(pair => new KeyValuePair<string, object?>(pair.Name, pair.Value)), budget, TimeProvider.System, out var text, out fault);
        return (text, fault);
    }

    public static ChatTemplate Create(string? source, Tokenizer? tokenizer = null, TimeProvider? time = null)
    {
        ChatTemplate.TryCreate(source, tokenizer ?? new NamedTokens(), out var template, out var fault, time);
        Assert.Null(fault);
        return template!;
    }
}
