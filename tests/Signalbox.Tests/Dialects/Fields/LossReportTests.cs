using Signalbox.Dialects;

namespace Signalbox.Tests.Dialects.Fields;

public sealed class LossReportTests
{
    [Fact]
    public void An_empty_report_has_no_header()
    {
        var losses = new LossReport();
        Assert.True(losses.IsEmpty);
        Assert.Equal(0, losses.Count);
        Assert.Equal("", losses.ToHeaderValue());
    }

    [Fact]
    public void Each_field_is_named_once_with_the_worse_word()
    {
        var losses = new LossReport();
        losses.Add("temperature", LossKind.Approximated);
        losses.Add("seed", LossKind.Dropped);
        losses.Add("temperature", LossKind.Dropped);
        losses.Add("seed", LossKind.Emulated);
        losses.Add("tool_choice", LossKind.Emulated);

        Assert.Equal("temperature;dropped, seed;dropped, tool_choice;emulated", losses.ToHeaderValue());
        Assert.Equal(3, losses.Count);
    }

    [Fact]
    public void A_loss_that_is_known_by_two_names_is_named_once()
    {
        var losses = new LossReport();
        losses.Add("options.stop", LossKind.Emulated, "stop");
        losses.Add("stop", LossKind.Dropped);

        Assert.Equal("options.stop;dropped", losses.ToHeaderValue());
    }

    [Theory]
    [InlineData("a\r\nset-cookie: x", "a__set-cookie__x")]
    [InlineData("a;b,c\"d", "a_b_c_d")]
    [InlineData("größe", "gr__e")]
    [InlineData("", "_")]
    [InlineData("tools[0].name", "tools[0].name")]
    public void A_name_from_the_body_cannot_break_the_header(string field, string safe)
    {
        var losses = new LossReport();
        losses.Add(field, LossKind.Dropped);
        Assert.Equal($"{safe};dropped", losses.ToHeaderValue());
    }

    [Fact]
    public void Names_that_are_safe_only_when_they_are_alike_are_named_once()
    {
        var losses = new LossReport();
        losses.Add("a b", LossKind.Dropped);
        losses.Add("a_b", LossKind.Dropped);
        losses.Add("a;b", LossKind.Dropped);
        Assert.Equal("a_b;dropped", losses.ToHeaderValue());
    }

    [Fact]
    public void A_long_report_ends_in_and_more_below_the_limit()
    {
        var losses = new LossReport();
        for (var i = 0; i < 100; i++)
        {
            losses.Add(new string('x', 120) + i, LossKind.Dropped);
        }

        var header = losses.ToHeaderValue();
        Assert.InRange(header.Length, LossReport.MaxHeaderLength / 2, LossReport.MaxHeaderLength);
        Assert.EndsWith(", ...;dropped", header, StringComparison.Ordinal);
        Assert.Equal(100, losses.Count);
    }

    [Fact]
    public void A_report_that_is_exactly_full_lists_everything()
    {
        var losses = new LossReport();
        for (var i = 0; i < LossReport.MaxLosses; i++)
        {
            losses.Add($"f{i}", LossKind.Dropped);
        }

        Assert.EndsWith($"f{LossReport.MaxLosses - 1};dropped", losses.ToHeaderValue(), StringComparison.Ordinal);
        losses.Add("one_more", LossKind.Dropped);
        Assert.EndsWith(", ...;dropped", losses.ToHeaderValue(), StringComparison.Ordinal);
    }
}
