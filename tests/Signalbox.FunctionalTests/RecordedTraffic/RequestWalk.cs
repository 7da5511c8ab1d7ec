using System.Text.Json;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.RecordedTraffic;

/// <summary>What a recorded request says, found by plain walks: texts, tools, calls and results of tools.</summary>
internal sealed class RequestWalk
{
    public List<string> Texts { get; } = [];

    public List<string> Tools { get; } = [];

    public List<(string Name, string Arguments)> Calls { get; } = [];

    public List<string> Results { get; } = [];

    public static RequestWalk Of(Exchange exchange)
    {
        var walk = new RequestWalk();
        var body = exchange.Recording.RequestBody;
        switch (exchange.Wire.Dialect)
        {
            case "openai-chat": walk.Chat(body); break;
            case "openai-responses": walk.Responses(body); break;
            case "anthropic-messages": walk.Messages(body); break;
            case "gemini": walk.Gemini(body); break;
            default: walk.Ollama(body); break;
        }

        walk.Texts.RemoveAll(string.IsNullOrWhiteSpace);
        return walk;
    }

    private void Chat(JsonElement body)
    {
        foreach (var message in body.Items("messages"))
        {
            var texts = message.Str("role") is "tool" or "function" ? Results : Texts;
            AddText(message.At("content"), texts);
            foreach (var call in message.Items("tool_calls").Where(static call => call.Has("function")))
            {
                Calls.Add((call.Str("function", "name")!, call.Str("function", "arguments") ?? "{}"));
            }
        }

        Tools.AddRange(body.Items("tools").Select(static tool => tool.Str("function", "name")).OfType<string>());
    }

    private void Responses(JsonElement body)
    {
        AddText(body.At("instructions"), Texts);
        AddText(body.At("input").ValueKind == JsonValueKind.String ? body.At("input") : default, Texts);
        foreach (var item in body.Items("input"))
        {
            switch (item.Str("type"))
            {
                case null or "message": AddText(item.At("content"), Texts); break;
                case "function_call": Calls.Add((item.Str("name")!, item.Str("arguments") ?? "{}")); break;
                case "function_call_output": AddText(item.At("output"), Results); break;
            }
        }

        // Where only some tools are allowed, the others need not be offered.
        var offered = body.Str("tool_choice", "type") == "allowed_tools" ? body.Items("tool_choice", "tools") : body.Items("tools");
        Tools.AddRange(offered.Where(static tool => tool.Str("type") == "function").Select(static tool => tool.Str("name")!));
    }

    private void Messages(JsonElement body)
    {
        AddText(body.At("system"), Texts);
        foreach (var message in body.Items("messages"))
        {
            AddText(message.At("content"), Texts);
            foreach (var block in message.Items("content"))
            {
                if (block.Str("type") == "tool_use")
                {
                    Calls.Add((block.Str("name")!, block.At("input").GetRawText()));
                }
                else if (block.Str("type") == "tool_result")
                {
                    AddText(block.At("content"), Results);
                }
            }
        }

        Tools.AddRange(body.Items("tools").Where(static tool => tool.Has("input_schema")).Select(static tool => tool.Str("name")!));
    }

    private void Gemini(JsonElement body)
    {
        var system = body.Has("systemInstruction") ? body.At("systemInstruction") : body.At("system_instruction");
        foreach (var part in system.Items("parts").Concat(body.Items("contents").SelectMany(static content => content.Items("parts"))))
        {
            if (part.At("thought").ValueKind != JsonValueKind.True)
            {
                AddText(part.At("text"), Texts);
            }

            if (part.Has("functionCall"))
            {
                Calls.Add((part.Str("functionCall", "name")!, part.At("functionCall", "args") is { ValueKind: JsonValueKind.Object } args ? args.GetRawText() : "{}"));
            }

            if (part.At("functionResponse", "response") is { ValueKind: JsonValueKind.Object } response)
            {
                // An object of one property is a wrapper that Google's SDKs make around a plain result.
                var single = response.EnumerateObject().Count() == 1 ? response.EnumerateObject().First().Value : response;
                Results.Add(single.ValueKind == JsonValueKind.String ? single.GetString()! : single.GetRawText());
            }
        }

        Tools.AddRange(body.Items("tools").SelectMany(static tool => tool.Items("functionDeclarations").Concat(tool.Items("function_declarations"))).Select(static f => f.Str("name")!));
    }

    private void Ollama(JsonElement body)
    {
        AddText(body.At("prompt"), Texts);
        AddText(body.At("system"), Texts);
        foreach (var message in body.Items("messages"))
        {
            AddText(message.At("content"), message.Str("role") == "tool" ? Results : Texts);
            Calls.AddRange(message.Items("tool_calls").Select(static call => (call.Str("function", "name")!, call.At("function", "arguments").GetRawText())));
        }

        Tools.AddRange(body.Items("tools").Select(static tool => tool.Str("function", "name")).OfType<string>());
    }

    /// <summary>A text, or the texts among parts.</summary>
    private static void AddText(JsonElement content, List<string> texts)
    {
        if (content.ValueKind == JsonValueKind.String)
        {
            texts.Add(content.GetString()!);
        }
        else if (content.ValueKind == JsonValueKind.Array)
        {
            texts.AddRange(content.EnumerateArray().Where(static part => part.Str("type") is null or "text" or "input_text" or "output_text")
                .Select(static part => part.ValueKind == JsonValueKind.String ? part.GetString() : part.Str("text")).OfType<string>());
        }
    }
}
