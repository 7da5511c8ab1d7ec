using Signalbox.Inference.Sessions;

namespace Signalbox.Inference.Tests.Sessions;

public sealed class TokenStreamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(1000)]
    public void Steps_come_out_in_the_order_they_went_in_however_late_the_reader_is(int lag)
    {
        var stream = new TokenStream();
        var read = 0;
        for (var token = 0; token < 3000; token++)
        {
            stream.Write(new TokenStep { Token = token });
            if (token >= lag)
            {
                Assert.True(stream.TryRead(out var step));
                Assert.Equal(read++, step.Token);
            }
        }

        while (stream.TryRead(out var step))
        {
            Assert.Equal(read++, step.Token);
        }

        Assert.Equal(3000, read);
    }

    [Fact]
    public async Task A_reader_that_waits_goes_on_when_a_step_comes()
    {
        var stream = new TokenStream();
        var total = 20_000;
        var writer = new Thread(() =>
        {
            for (var token = 0; token < total; token++)
            {
                stream.Write(new TokenStep { Token = token, End = token == total - 1 ? EndReason.Length : null });
            }
        });
        writer.Start();
        for (var expected = 0; expected < total;)
        {
            if (stream.TryRead(out var step))
            {
                Assert.Equal(expected++, step.Token);
            }
            else
            {
                await stream.WaitAsync();
            }
        }

        writer.Join();
        Assert.True(stream.Ended);
        Assert.True(stream.WaitAsync().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_wake_without_a_step_lets_the_reader_look_again()
    {
        var stream = new TokenStream();
        var waiting = stream.WaitAsync();
        Assert.False(waiting.IsCompleted);
        stream.Wake();
        await waiting;
        Assert.False(stream.TryRead(out _));
    }

    [Fact]
    public void A_wake_that_comes_just_before_the_wait_is_not_lost_and_counts_once()
    {
        var stream = new TokenStream();
        stream.Wake();
        Assert.True(stream.WaitAsync().IsCompletedSuccessfully);
        Assert.False(stream.WaitAsync().IsCompleted);
    }

    [Fact]
    public void A_reader_who_goes_to_wait_while_its_answer_is_cancelled_does_not_wait_for_ever()
    {
        using var fixture = new SchedulerFixture();
        var answer = fixture.Submit(SchedulerFixture.Tokens(1, 20), 100);
        fixture.Steps(1);
        while (answer.Stream.TryRead(out _))
        {
        }

        fixture.Scheduler.Cancel(answer);
        var waiting = answer.Stream.WaitAsync();
        fixture.Finish();
        Assert.True(waiting.IsCompletedSuccessfully);
    }

    [Fact]
    public void Nothing_comes_after_the_end()
    {
        var stream = new TokenStream();
        stream.Write(new TokenStep { Token = 1, End = EndReason.Stop });
        stream.Write(new TokenStep { Token = 2 });
        Assert.True(stream.TryRead(out var step));
        Assert.Equal(1, step.Token);
        Assert.False(stream.TryRead(out _));
    }

    [Fact]
    public void A_reader_that_keeps_up_costs_no_allocation()
    {
        var stream = new TokenStream();
        Pass(stream, 100);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Pass(stream, 5000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Pass(TokenStream stream, int count)
    {
        for (var i = 0; i < count; i++)
        {
            stream.Write(new TokenStep { Token = i });
            stream.TryRead(out _);
        }
    }
}
