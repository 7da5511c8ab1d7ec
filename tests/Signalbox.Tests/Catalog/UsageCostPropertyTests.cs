using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.AI;
using Signalbox.Catalog;

#pragma warning disable MEAI001 // The audio counts are marked experimental.

namespace Signalbox.Tests.Catalog;

public sealed class UsageCostPropertyTests
{
    // What a provider bills: tokens that are counted nowhere else.
    private const int Fresh = 0, Read = 1, Write = 2, WriteHour = 3, Answer = 4, Thinking = 5, Kinds = 6;

    private static readonly Gen<decimal> Amounts = Gen.Choose(0, 50_000).Select(n => n / 1_000m);
    private static readonly Gen<decimal?> MaybeAmounts = Gen.OneOf(Amounts.Select(amount => (decimal?)amount), Gen.Constant((decimal?)null));
    private static readonly Gen<long[]> Counts = Gen.Choose(0, 400_000).Select(n => (long)n).ArrayOf(Kinds);

    private static readonly Gen<ModelPrice> Prices =
        from input in Amounts
        from output in Amounts
        from read in MaybeAmounts
        from write in MaybeAmounts
        from reasoning in MaybeAmounts
        select new ModelPrice
        {
            From = new(2026, 1, 1),
            Source = "test",
            Input = input,
            Output = output,
            CacheRead = read,
            CacheWrite = write,
            Reasoning = reasoning,
        };

    [Fact]
    public void A_cost_is_the_sum_of_what_its_parts_cost_alone() => Check(
        from price in Prices
        from counts in Counts
        select (price, counts),
        sample =>
        {
            var alone = Enumerable.Range(0, Kinds).Sum(kind => Cost(Only(sample.counts, kind), sample.price));
            var together = Cost(sample.counts, sample.price);
            return together == alone && together >= 0;
        });

    [Fact]
    public void A_cost_never_falls_when_a_count_rises() => Check(
        from price in Prices
        from factor in Gen.Choose(100, 300)
        from above in Gen.Choose(0, 1_000_000)
        from counts in Counts
        from kind in Gen.Choose(0, Kinds - 1)
        from more in Gen.Choose(0, 300_000)
        select (price: Tiered(price, factor / 100m, above), counts, kind, more),
        sample =>
        {
            var risen = (long[])sample.counts.Clone();
            risen[sample.kind] += sample.more;
            return Cost(risen, sample.price) >= Cost(sample.counts, sample.price);
        });

    [Fact]
    public void No_counts_however_wrong_make_a_cost_negative_or_fail() => Check(
        from price in Prices
        from counts in Gen.OneOf(Gen.Choose(-10, 10).Select(n => (long?)n), Gen.Elements<long?>(null, long.MinValue, long.MaxValue)).ArrayOf(9)
        select (price, counts),
        sample =>
        {
            var usage = new UsageDetails
            {
                InputTokenCount = sample.counts[0],
                OutputTokenCount = sample.counts[1],
                CachedInputTokenCount = sample.counts[2],
                ReasoningTokenCount = sample.counts[3],
                InputAudioTokenCount = sample.counts[4],
                OutputAudioTokenCount = sample.counts[5],
                AdditionalCounts = [],
            };
            string[] names = [UsageCost.CacheWrite, UsageCost.CacheWriteHour, UsageCost.CacheWrite5Minutes];
            for (var i = 0; i < names.Length; i++)
            {
                if (sample.counts[6 + i] is { } count)
                {
                    usage.AdditionalCounts[names[i]] = count;
                }
            }

            var cost = UsageCost.Of(usage, sample.price);
            return cost is null or >= 0 && (cost is null || usage.InputTokenCount is not null);
        });

    private static void Check<T>(Gen<T> samples, Func<T, bool> law) =>
        Prop.ForAll(samples.ToArbitrary(), law).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));

    private static ModelPrice Tiered(ModelPrice price, decimal factor, int above) => price with
    {
        LongContextAbove = above,
        LongContext = price with
        {
            Input = price.Input * factor,
            Output = price.Output * factor,
            CacheRead = price.CacheRead * factor,
            CacheWrite = price.CacheWrite * factor,
            Reasoning = price.Reasoning * factor,
        },
    };

    private static long[] Only(long[] counts, int kind)
    {
        var only = new long[Kinds];
        only[kind] = counts[kind];
        return only;
    }

    private static decimal Cost(long[] counts, ModelPrice price) => UsageCost.Of(
        new UsageDetails
        {
            InputTokenCount = counts[Fresh] + counts[Read] + counts[Write] + counts[WriteHour],
            CachedInputTokenCount = counts[Read],
            OutputTokenCount = counts[Answer] + counts[Thinking],
            ReasoningTokenCount = counts[Thinking],
            AdditionalCounts = new() { [UsageCost.CacheWrite] = counts[Write] + counts[WriteHour], [UsageCost.CacheWriteHour] = counts[WriteHour] },
        },
        price) ?? throw new InvalidOperationException("Every count and price is known.");
}
