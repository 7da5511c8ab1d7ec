using Signalbox.Inference.Gguf;
using Signalbox.Inference.Sessions;
using Signalbox.Inference.Tests.Support;
using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Tests.Sessions;

public sealed class MemoryPlanTests
{
    private const long MiB = 1 << 20;

    private static readonly EngineOptions Options = new() { Threads = 2, ContextLength = 512, MaximumSlots = 64, BatchTokens = 64 };

    [Fact]
    public void Slots_and_buffers_together_never_exceed_the_limit_and_one_more_slot_would()
    {
        var config = Config();
        foreach (var limit in new[] { 2 * MiB, 3 * MiB, 5 * MiB, 8 * MiB })
        {
            Assert.True(MemoryPlan.TryMake(config, Options with { MemoryLimit = limit }, 0, out var plan, out var fault), fault?.Message);
            Assert.InRange(plan.MaximumSlots, 1, 63);
            Assert.True(plan.BufferBytes + plan.MaximumSlots * plan.SlotBytes <= limit);
            Assert.True(plan.BufferBytes + (plan.MaximumSlots + 1) * plan.SlotBytes > limit);
            Assert.True(plan.SlotBytes >= 512 * KvCache.BytesPerPosition(config, KvCacheType.F16));
        }
    }

    [Fact]
    public void What_would_fit_is_said_when_not_one_slot_does_and_it_does_fit()
    {
        var config = Config(contextLength: 65536);
        var options = Options with { ContextLength = 65536, MemoryLimit = 6 * MiB };
        Assert.False(MemoryPlan.TryMake(config, options, 0, out _, out var fault));
        Assert.Equal(EngineFaultKind.Overloaded, fault.Kind);
        var message = fault.Message;
        var numbers = fault.Message.Split(' ', ';', '.', ',').Where(word => int.TryParse(word, out _)).Select(int.Parse).ToArray();
        Assert.True(MemoryPlan.TryMake(config, options with { ContextLength = numbers[^1] }, 0, out var shorter, out fault), $"{message} Then: {fault?.Message}");
        Assert.True(numbers[^1] > 1000);
        Assert.Equal(numbers[^1], shorter.ContextLength);
        Assert.True(MemoryPlan.TryMake(config, options with { MemoryLimit = numbers[^2] * MiB }, 0, out _, out fault), fault?.Message);
    }

    [Fact]
    public void Without_a_limit_a_quarter_of_the_machine_is_used()
    {
        Assert.True(MemoryPlan.TryMake(Config(), Options, 20 * MiB, out var plan, out var fault), fault?.Message);
        Assert.True(plan.BufferBytes + plan.MaximumSlots * plan.SlotBytes <= 5 * MiB);
    }

    [Fact]
    public void Every_slot_has_its_step_in_a_pass_and_an_encoder_its_whole_text()
    {
        Assert.True(MemoryPlan.TryMake(Config(), Options with { BatchTokens = 1 }, 1000 * MiB, out var plan, out _));
        Assert.True(plan.BatchTokens > plan.MaximumSlots);
        Assert.True(MemoryPlan.TryMake(Config("bert"), Options, 1000 * MiB, out plan, out _));
        Assert.Equal(512, plan.BatchTokens);
    }

    public static TheoryData<string> Contradictions => [.. Contradictory.Keys];

    private static Dictionary<string, EngineOptions> Contradictory { get; } = new()
    {
        ["no slots"] = Options with { MinimumSlots = 0 },
        ["maximum below minimum"] = Options with { MinimumSlots = 3, MaximumSlots = 2 },
        ["negative queue"] = Options with { MaximumQueue = -1 },
        ["no pass"] = Options with { BatchTokens = 0 },
        ["no threads"] = Options with { Threads = 0 },
        ["context of one"] = Options with { ContextLength = 1 },
        ["context beyond the model's"] = Options with { ContextLength = 513 },
        ["no memory"] = Options with { MemoryLimit = 0 },
    };

    [Theory]
    [MemberData(nameof(Contradictions))]
    public void Options_that_contradict_themselves_are_refused(string name)
    {
        Assert.False(MemoryPlan.TryMake(Config(), Contradictory[name], 1000 * MiB, out _, out var fault));
        Assert.Equal(EngineFaultKind.InvalidRequest, fault.Kind);
    }

    private static TransformerConfig Config(string architecture = "llama", int contextLength = 512)
    {
        using var file = RandomModels.Create(new RandomModel { Architecture = architecture, ContextLength = contextLength, KeyValueHeads = architecture == "bert" ? 4 : 2 });
        Assert.True(GgufFile.TryOpen(file.Path, out var gguf, out var fault), fault?.Message);
        using (gguf)
        {
            Assert.True(TransformerConfig.TryRead(gguf, out var config, out fault), fault?.Message);
            return config;
        }
    }
}
