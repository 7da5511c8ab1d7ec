using FsCheck;
using FsCheck.Fluent;

namespace Signalbox.Tests.Dialects.Pairs;

/// <summary>Makes conversations.</summary>
internal static class Conversations
{
    private const string Png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    private static readonly string[] Texts =
        ["Hello", "a\nb\r\n\tc", "é𝄞 日本語", "\"quoted\" \\ / </s>", " lead", "trail ", "{\"a\":1}", "[DONE]", "data: x\n\nevent: y", "\u0001\u2028", "0"];

    private static readonly string[] Arguments = ["{}", """{"city":"Bern"}""", """{"n":1.50,"big":12345678901234567890,"deep":{"a":[1,null,true,"é𝄞"]}}""", """{"":"","a b":"\"\n"}"""];

    private static readonly string[] Results = ["sunny", "", """{"temp":20.5,"ok":true}""", "[1,2]", "line\nline", "é𝄞", "12", "null"];

    private static readonly string[] Schemas =
    [
        """{"type":"object","properties":{}}""",
        """{"type":"object","properties":{"city":{"type":"string","description":"where"},"unit":{"type":"string","enum":["c","f"]}},"required":["city"]}""",
        """{"type":"object","properties":{"n":{"type":"integer"},"list":{"type":"array","items":{"type":"number"}},"any":{"anyOf":[{"type":"string"},{"type":"null"}]}},"required":["n","list","any"],"additionalProperties":false}""",
    ];

    /// <summary>Some of these names no OpenAI, some no Anthropic and some no Google provider would accept.</summary>
    private static readonly string[] Names = ["get_weather", "lookup-2", "fs.read", "fs/read", "2nd", new('n', 70), new('n', 140), "über"];

    private static readonly Dictionary<string, string[]> Values = new()
    {
        ["temperature"] = ["0", "0.5", "1", "1.5"],
        ["top_p"] = ["0.25", "1"],
        ["top_k"] = ["1", "40"],
        ["frequency_penalty"] = ["0", "0.5", "-1"],
        ["presence_penalty"] = ["0", "1.5"],
        ["seed"] = ["7", "0", "9007199254740993"],
        ["max_tokens"] = ["1", "4096"],
        ["stop"] = ["""["END"]""", """["a","é\n"]""", """["1","2","3","4","5","6"]""", """[" "]"""],
        ["format"] = ["\"json\"", .. Schemas[1..]],
        ["tool_choice"] = ["\"auto\"", "\"none\"", "\"required\"", "\"named\""],
        ["parallel_tool_calls"] = ["true", "false"],
        ["reasoning"] = ["\"low\"", "\"high\"", "\"none\"", "5000"],
        ["user"] = ["\"user-1\""],
        ["logprobs"] = ["0", "3"],
        ["n"] = ["1", "2"],
        ["stream"] = ["true", "false"],
    };

    private static Gen<Turn> TurnOf(string[] names) => Gen.Frequency(
        (3, from parts in NonEmpty(Part, 3) select (Turn)new UserTurn(parts)),
        (2, from text in Gen.Elements(Texts) from thinking in Maybe(Gen.Elements("Hm.", "Let me see\n")) select (Turn)new AssistantTurn(text, thinking)),
        (3, from text in Maybe(Gen.Elements(Texts))
            from calls in NonEmpty(CallOf(names), 3)
            from reversed in Gen.Elements(true, false)
            select (Turn)new ToolTurn(text, calls, reversed)));

    private static Gen<(bool, string)> Part => Gen.Frequency((4, Gen.Elements(Texts).Select(text => (false, text))), (1, Gen.Constant((true, Png))));

    private static Gen<Tool> ToolOf(string name) =>
        from description in Maybe(Gen.Elements("Gets it.", "é \"x\""))
        from schema in Gen.Elements(Schemas)
        from strict in Gen.Elements((bool?)null, true, false)
        select new Tool(name, description, schema, strict);

    private static Gen<Conversation> Any =>
        from system in Maybe(Gen.Elements(Texts))
        from names in Gen.SubListOf(Names)
        from tools in Gen.CollectToArray(names, ToolOf)
        from turns in NonEmpty(TurnOf(names.Count == 0 ? Names : [.. names]), 4)
        from last in NonEmpty(Part, 2)
        from isEndedByUser in Gen.Frequency((4, Gen.Constant(true)), (1, Gen.Constant(false)))
        from settings in Settings(names.Count > 0)
        select new Conversation(system, isEndedByUser ? [.. turns, new UserTurn(last)] : turns, tools, settings);

    public static Arbitrary<Conversation> All => Arb.From(Any, conversation => conversation.Smaller());

    private static Gen<Call> CallOf(string[] names) =>
        from name in Gen.Elements(names)
        from arguments in Gen.Elements(Arguments)
        from result in Gen.Elements(Results)
        from isError in Gen.Frequency((5, Gen.Constant(false)), (1, Gen.Constant(true)))
        select new Call(name, arguments, result, isError);

    private static Gen<Dictionary<string, string>> Settings(bool hasTools)
    {
        var names = Values.Keys.Where(name => hasTools || name is not ("tool_choice" or "parallel_tool_calls")).ToArray();
        return from chosen in Gen.SubListOf(names)
               from values in Gen.CollectToArray(chosen, name => Gen.Elements(Values[name]))
               select chosen.Zip(values).ToDictionary(pair => pair.First, pair => pair.Second);
    }

    private static Gen<T?> Maybe<T>(Gen<T> gen)
        where T : class => Gen.OneOf(Gen.Constant<T?>(null), gen.Select(T? (value) => value));

    private static Gen<T[]> NonEmpty<T>(Gen<T> gen, int most) => Gen.Choose(1, most).SelectMany(count => gen.ArrayOf(count));
}
