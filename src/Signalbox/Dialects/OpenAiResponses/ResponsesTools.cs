using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.OpenAiResponses;

/// <summary>Tools and tool choice: functions are flat here, and strict unless they say otherwise.</summary>
internal static class ResponsesTools
{
    /// <summary><c>ChatOptions</c>: a choice of one of the provider's own tools, which the vocabulary has no word for (JsonElement).</summary>
    private const string OwnChoice = "openai-responses.tool_choice";

    public static void Read(JsonElement body, ChatOptions options, ReadProblems problems)
    {
        if (problems.Array(body, "tools") is { } tools)
        {
            options.Tools = new List<AITool>(tools.GetArrayLength());
            foreach (var tool in tools.EnumerateArray())
            {
                problems.Enter("tools", options.Tools.Count);
                options.Tools.Add(ReadTool(tool, problems));
                problems.Leave();
            }
        }

        ReadChoice(body, options, problems);
    }

    private static AITool ReadTool(JsonElement tool, ReadProblems problems)
    {
        var type = problems.Is(tool, JsonValueKind.Object, null, "an object") ? problems.String(tool, "type", required: true) : null;
        if (type is not (null or "function"))
        {
            return new OpaqueTool(ResponsesDialect.DialectName, type, tool);
        }

        var name = problems.String(tool, "name", required: true) ?? "";
        var schema = problems.Object(tool, "parameters") ?? default;
        var strict = problems.Bool(tool, "strict");
        // Left out means strict where the schema can be held to, which only this API finds out by itself.
        if (strict is null && StrictSchema.Fits(schema))
        {
            strict = true;
        }

        return new ToolDeclaration(name, problems.String(tool, "description"), schema).With(Vocabulary.Strict, strict);
    }

    private static void ReadChoice(JsonElement body, ChatOptions options, ReadProblems problems)
    {
        if (problems.Get(body, "tool_choice", required: false) is not { } choice)
        {
            return;
        }

        if (choice.ValueKind == JsonValueKind.String)
        {
            options.ToolMode = choice.GetString() switch
            {
                "auto" => ChatToolMode.Auto,
                "none" => ChatToolMode.None,
                "required" => ChatToolMode.RequireAny,
                _ => null,
            };
            if (options.ToolMode is null)
            {
                problems.Fail("tool_choice", "must be auto, none, required or an object that names a tool");
            }
        }
        else if (problems.Is(choice, JsonValueKind.Object, "tool_choice", "a string or an object"))
        {
            problems.Enter("tool_choice");
            ReadNamedChoice(choice, options, problems);
            problems.Leave();
        }
    }

    private static void ReadNamedChoice(JsonElement choice, ChatOptions options, ReadProblems problems)
    {
        switch (problems.String(choice, "type", required: true))
        {
            case "function":
                var name = problems.String(choice, "name", required: true);
                if (!string.IsNullOrWhiteSpace(name))
                {
                    options.ToolMode = ChatToolMode.RequireSpecific(name);
                }
                else if (name is not null)
                {
                    problems.Fail("name", "must not be blank");
                }

                break;
            case "allowed_tools" when AllowedNames(choice) is { } names:
                options.ToolMode = ResponsesItems.Text(choice, "mode") == "required" ? ChatToolMode.RequireAny : ChatToolMode.Auto;
                Vocabulary.Set(options, Vocabulary.AllowedTools, names);
                break;
            case not null:
                Vocabulary.Set(options, OwnChoice, choice);
                break;
        }
    }

    /// <summary>The names of the allowed functions; null when tools of the provider are among them.</summary>
    private static string[]? AllowedNames(JsonElement choice)
    {
        if (!choice.TryGetProperty("tools", out var tools) || tools.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        var names = new List<string>();
        foreach (var tool in tools.EnumerateArray())
        {
            if (ResponsesItems.Text(tool, "type") is not (null or "function") || ResponsesItems.Text(tool, "name") is not { } name)
            {
                return null;
            }

            names.Add(name);
        }

        return [.. names];
    }

    public static void Write(OutboundRequest outbound, Utf8JsonWriter json)
    {
        var options = outbound.Request.Options;
        var count = 0;
        foreach (var tool in options.Tools ?? [])
        {
            if (tool is AIFunctionDeclaration or OpaqueTool { Dialect: ResponsesDialect.DialectName })
            {
                if (count++ == 0)
                {
                    json.WriteStartArray("tools"u8);
                }

                WriteTool(tool, json);
            }
            else
            {
                outbound.Losses.Add("tools." + tool.Name, LossKind.Dropped);
            }
        }

        if (count == 0)
        {
            // Without tools a forced choice would only be refused.
            if (options.ToolMode is RequiredChatToolMode)
            {
                outbound.Losses.Add("tool_choice", LossKind.Dropped);
            }

            return;
        }

        json.WriteEndArray();
        WriteChoice(options, json);
        if (options.AllowMultipleToolCalls is { } parallel)
        {
            json.WriteBoolean("parallel_tool_calls"u8, parallel);
        }
    }

    private static void WriteTool(AITool tool, Utf8JsonWriter json)
    {
        if (tool is OpaqueTool own)
        {
            own.Raw.WriteTo(json);
            return;
        }

        var function = (AIFunctionDeclaration)tool;
        json.WriteStartObject();
        json.WriteString("type"u8, "function"u8);
        json.WriteString("name"u8, function.Name);
        if (function.Description.Length > 0)
        {
            json.WriteString("description"u8, function.Description);
        }

        json.WritePropertyName("parameters"u8);
        function.JsonSchema.WriteTo(json);
        // Said always: left out it would mean strict, and most schemas cannot be held to strictly.
        json.WriteBoolean("strict"u8, function.AdditionalProperties.TryGetValue(Vocabulary.Strict, out var strict) && strict is true);
        json.WriteEndObject();
    }

    private static void WriteChoice(ChatOptions options, Utf8JsonWriter json)
    {
        switch (options.ToolMode)
        {
            case null when Vocabulary.Get<JsonElement?>(options.AdditionalProperties, OwnChoice) is { } own:
                json.WritePropertyName("tool_choice"u8);
                own.WriteTo(json);
                break;
            case RequiredChatToolMode { RequiredFunctionName: { } name }:
                json.WriteStartObject("tool_choice"u8);
                WriteNamed(name, json);
                json.WriteEndObject();
                break;
            case AutoChatToolMode or RequiredChatToolMode when Vocabulary.Get<string[]>(options.AdditionalProperties, Vocabulary.AllowedTools) is { Length: > 0 } allowed:
                WriteAllowed(options.ToolMode, allowed, json);
                break;
            case RequiredChatToolMode:
                json.WriteString("tool_choice"u8, "required"u8);
                break;
            case NoneChatToolMode:
                json.WriteString("tool_choice"u8, "none"u8);
                break;
            case AutoChatToolMode:
                json.WriteString("tool_choice"u8, "auto"u8);
                break;
        }
    }

    private static void WriteAllowed(ChatToolMode mode, string[] allowed, Utf8JsonWriter json)
    {
        json.WriteStartObject("tool_choice"u8);
        json.WriteString("type"u8, "allowed_tools"u8);
        json.WriteString("mode"u8, mode is RequiredChatToolMode ? "required"u8 : "auto"u8);
        json.WriteStartArray("tools"u8);
        foreach (var name in allowed)
        {
            json.WriteStartObject();
            WriteNamed(name, json);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteNamed(string name, Utf8JsonWriter json)
    {
        json.WriteString("type"u8, "function"u8);
        json.WriteString("name"u8, name);
    }
}
