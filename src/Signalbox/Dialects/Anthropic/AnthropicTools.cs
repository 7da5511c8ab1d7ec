using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.Anthropic;

/// <summary>Tools and tool choice, in both directions.</summary>
internal static class AnthropicTools
{
    public static void Read(JsonElement body, ChatOptions options, ReadProblems problems)
    {
        if (problems.Array(body, "tools") is { } tools)
        {
            options.Tools = [];
            foreach (var tool in tools.EnumerateArray())
            {
                problems.Enter("tools", options.Tools.Count);
                options.Tools.Add(ReadTool(tool, problems));
                problems.Leave();
            }
        }

        if (problems.Object(body, "tool_choice") is { } choice)
        {
            problems.Enter("tool_choice");
            ReadChoice(choice, options, problems);
            problems.Leave();
        }
    }

    private static AITool ReadTool(JsonElement tool, ReadProblems problems)
    {
        var type = problems.Is(tool, JsonValueKind.Object, null, "an object") ? problems.String(tool, "type") : null;
        if (type is not (null or "custom"))
        {
            return new OpaqueTool(AnthropicDialect.DialectName, type, tool);
        }

        var name = problems.String(tool, "name", required: true) ?? "";
        var schema = problems.Object(tool, "input_schema", required: true) ?? default;
        return new ToolDeclaration(name, problems.String(tool, "description"), schema)
            .With(Vocabulary.Strict, problems.Bool(tool, "strict"))
            .With(Vocabulary.CacheControl, problems.Object(tool, Vocabulary.CacheControl));
    }

    private static void ReadChoice(JsonElement choice, ChatOptions options, ReadProblems problems)
    {
        switch (problems.String(choice, "type", required: true))
        {
            case "auto": options.ToolMode = ChatToolMode.Auto; break;
            case "any": options.ToolMode = ChatToolMode.RequireAny; break;
            case "none": options.ToolMode = ChatToolMode.None; break;
            case "tool" when problems.String(choice, "name", required: true) is { } name:
                if (string.IsNullOrWhiteSpace(name))
                {
                    problems.Fail("name", "must not be empty");
                    return;
                }

                options.ToolMode = ChatToolMode.RequireSpecific(name);
                break;
            case null or "tool": return;
            default: problems.Fail("type", "must be auto, any, tool or none"); return;
        }

        // The switch is inverted here: it forbids what elsewhere is allowed.
        if (problems.Bool(choice, "disable_parallel_tool_use") is { } disabled)
        {
            options.AllowMultipleToolCalls = !disabled;
        }
    }

    /// <summary>Writes <c>tools</c> and <c>tool_choice</c>; neither when no tool can be written.</summary>
    public static void Write(OutboundRequest outbound, AnthropicBlockWriter blocks, Utf8JsonWriter json)
    {
        var options = outbound.Request.Options;
        if (options.Tools is not { Count: > 0 } tools)
        {
            return;
        }

        var allowed = AllowedNames(options, outbound.Losses);
        var written = 0;
        foreach (var tool in tools)
        {
            if (allowed is not null && Array.IndexOf(allowed, tool.Name) < 0)
            {
                continue;
            }

            if (tool is not (AIFunctionDeclaration or OpaqueTool { Dialect: AnthropicDialect.DialectName }))
            {
                outbound.Losses.Add("tools." + tool.Name, LossKind.Dropped);
                continue;
            }

            if (written++ == 0)
            {
                json.WriteStartArray("tools"u8);
            }

            WriteTool(tool, outbound, blocks, json);
        }

        if (written > 0)
        {
            json.WriteEndArray();
            WriteChoice(outbound, json);
        }
    }

    /// <summary>A choice among some of the tools is brought about by offering only those.</summary>
    private static string[]? AllowedNames(ChatOptions options, LossReport losses)
    {
        if (Vocabulary.Get<string[]>(options.AdditionalProperties, Vocabulary.AllowedTools) is not { Length: > 0 } allowed)
        {
            return null;
        }

        losses.Add("tool_choice", LossKind.Emulated);
        return allowed;
    }

    private static void WriteTool(AITool tool, OutboundRequest outbound, AnthropicBlockWriter blocks, Utf8JsonWriter json)
    {
        if (tool is OpaqueTool opaque)
        {
            opaque.Raw.WriteTo(json);
            return;
        }

        var function = (AIFunctionDeclaration)tool;
        json.WriteStartObject();
        json.WriteString("name"u8, function.Name);
        if (function.Description.Length > 0)
        {
            json.WriteString("description"u8, function.Description);
        }

        var strict = function.AdditionalProperties.TryGetValue(Vocabulary.Strict, out var value) ? value as bool? : null;
        if (!outbound.Capabilities.JsonSchema)
        {
            if (strict is true)
            {
                outbound.Losses.Add("tools.strict", LossKind.Dropped);
            }

            strict = null;
        }

        json.WritePropertyName("input_schema"u8);
        WriteSchema(function.JsonSchema, strict is true, outbound.Losses, json);
        if (strict is { } isStrict)
        {
            json.WriteBoolean("strict"u8, isStrict);
        }

        if (function.AdditionalProperties.TryGetValue(Vocabulary.CacheControl, out var hint) && hint is JsonElement cacheControl)
        {
            blocks.WriteCacheControl(cacheControl);
        }

        json.WriteEndObject();
    }

    private static void WriteSchema(JsonElement schema, bool strict, LossReport losses, Utf8JsonWriter json)
    {
        if (strict)
        {
            if (AnthropicSchema.Write(schema, json))
            {
                losses.Add("tools.parameters", LossKind.Approximated);
            }
        }
        else if (schema.ValueKind == JsonValueKind.Object && !schema.TryGetProperty("type", out _))
        {
            // The type is required here; elsewhere a function without arguments may have an empty schema.
            json.WriteStartObject();
            json.WriteString("type"u8, "object"u8);
            foreach (var property in schema.EnumerateObject())
            {
                property.WriteTo(json);
            }

            json.WriteEndObject();
        }
        else
        {
            schema.WriteTo(json);
        }
    }

    private static void WriteChoice(OutboundRequest outbound, Utf8JsonWriter json)
    {
        var options = outbound.Request.Options;
        if (options.ToolMode is null && options.AllowMultipleToolCalls is null)
        {
            return;
        }

        json.WriteStartObject("tool_choice"u8);
        switch (options.ToolMode)
        {
            case NoneChatToolMode:
                json.WriteString("type"u8, "none"u8);
                json.WriteEndObject();
                return;
            case RequiredChatToolMode when !outbound.Capabilities.ForcedTools:
                outbound.Losses.Add("tool_choice", LossKind.Approximated);
                json.WriteString("type"u8, "auto"u8);
                break;
            case RequiredChatToolMode { RequiredFunctionName: { } name }:
                json.WriteString("type"u8, "tool"u8);
                json.WriteString("name"u8, name);
                break;
            case RequiredChatToolMode:
                json.WriteString("type"u8, "any"u8);
                break;
            default:
                // The switch for parallel calls lives inside the choice, which then has to be spelled out.
                json.WriteString("type"u8, "auto"u8);
                break;
        }

        if (options.AllowMultipleToolCalls is { } parallel)
        {
            json.WriteBoolean("disable_parallel_tool_use"u8, !parallel);
        }

        json.WriteEndObject();
    }
}
