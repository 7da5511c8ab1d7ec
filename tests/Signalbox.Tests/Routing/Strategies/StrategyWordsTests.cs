using Signalbox.Configuration;
using Signalbox.Routing.Planning;

namespace Signalbox.Tests.Routing.Strategies;

public sealed class StrategyWordsTests
{
    [Fact]
    public void Every_word_of_the_configuration_is_a_strategy_of_that_name()
    {
        var planner = new Planner();
        Assert.All(RouteConfig.StrategyWords, word => Assert.Equal(word, planner.Find(word).Name));
        Assert.Equal("ordered", planner.Find("no such word").Name);
        Assert.Equal("ordered", planner.Find("").Name);
    }
}
